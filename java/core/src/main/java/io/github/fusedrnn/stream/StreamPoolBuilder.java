package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.CallArguments;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Options of a {@link StreamPool}, from {@link StreamPool#builder}. Mutable, one thread. */
public final class StreamPoolBuilder {
    /** Each batch size that occurs keeps its views; larger batches are not faster. */
    private static final int LARGEST_BATCH = 4096;

    private final RecurrentLayer layer;
    private int workers = 1;
    private int streams = 10_000;
    private int largestBatch = 128;
    private Duration longestWait = Duration.ofMillis(1);
    private int queue = 16_384;
    private Duration roomWait = Duration.ZERO;
    private @Nullable StreamStore store;
    private @Nullable Duration evictAfter;
    private StreamMetrics metrics = StreamMetrics.NONE;

    StreamPoolBuilder(RecurrentLayer layer) {
        this.layer = layer;
        CallArguments.checkStreams(layer.config());
    }

    /** Threads that step streams; each has its own share of the streams. Default 1. */
    public StreamPoolBuilder workers(int count) {
        workers = count;
        return this;
    }

    /** How many streams have their state in memory at most; the memory is allocated at once. Default 10,000. */
    public StreamPoolBuilder streams(int count) {
        streams = count;
        return this;
    }

    /** Largest number of streams in one batch, up to 4096. Default 128. */
    public StreamPoolBuilder largestBatch(int count) {
        largestBatch = count;
        return this;
    }

    /**
     * Latency bound of a request while the pool keeps up with the load: a batch that is not full starts when its oldest request has waited for
     * half of this, or when the queue is full. Zero: whatever waits runs as soon as a worker is free. Default 1 ms.
     */
    public StreamPoolBuilder longestWait(Duration wait) {
        longestWait = wait;
        return this;
    }

    /** How many requests may wait at once, split evenly among the workers. Default 16,384. */
    public StreamPoolBuilder queue(int requests) {
        queue = requests;
        return this;
    }

    /** How long a submitter waits for room in a full queue before it is refused. Zero, the default: not at all. */
    public StreamPoolBuilder waitForRoom(Duration wait) {
        roomWait = wait;
        return this;
    }

    /** Keeps the states of streams for which the pool has no room, and of all streams when the pool closes. Default: none. */
    public StreamPoolBuilder store(StreamStore to) {
        store = to;
        return this;
    }

    /** Streams that are idle for this long are evicted to the store, too. Default: never. */
    public StreamPoolBuilder evictAfter(Duration idle) {
        evictAfter = idle;
        return this;
    }

    /** Receives what happens in the pool. Default: nobody. */
    public StreamPoolBuilder metrics(StreamMetrics to) {
        metrics = to;
        return this;
    }

    /**
     * A running pool. The caller closes it, before the layer.
     *
     * @throws IllegalArgumentException if an option has an invalid value; names the option
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not enough memory
     */
    public StreamPool build() {
        Checks.positive("workers", workers);
        Checks.range("largestBatch", largestBatch, LARGEST_BATCH);
        Checks.positive("queue", queue);
        Checks.argument(!longestWait.isNegative(), "longestWait", longestWait, "zero or more");
        Checks.argument(!roomWait.isNegative(), "waitForRoom", roomWait, "zero or more");
        Checks.argument(evictAfter == null || store != null, "evictAfter", evictAfter, "a store to evict to");
        Checks.argument(
                evictAfter == null || !(evictAfter.isNegative() || evictAfter.isZero()),
                "evictAfter",
                evictAfter,
                "more than zero");
        PoolSettings settings = new PoolSettings(
                layer,
                workers,
                streams,
                largestBatch,
                longestWait.toNanos(),
                queue,
                roomWait.toNanos(),
                store,
                evictAfter == null ? Long.MAX_VALUE : evictAfter.toNanos(),
                metrics);
        Checks.argument(
                streams >= 1 && settings.streamsOfWorker() >= largestBatch,
                "streams",
                streams,
                "at least largestBatch = " + largestBatch + " for each of " + workers + " workers");
        return new StreamPool(settings);
    }
}
