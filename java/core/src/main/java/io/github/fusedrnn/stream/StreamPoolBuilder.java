package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.internal.layer.CallArguments;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Knobs of a {@link StreamPool}, from {@link StreamPool#builder}. Mutable, one thread. */
public final class StreamPoolBuilder {
    /** Views are kept for every size of a batch that comes up; a batch gains nothing from being larger. */
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

    /** Threads that step streams, each with its own share of them. Default 1. */
    public StreamPoolBuilder workers(int count) {
        workers = count;
        return this;
    }

    /** Streams whose states have room at once, and take memory from the beginning. Default 10,000. */
    public StreamPoolBuilder streams(int count) {
        streams = count;
        return this;
    }

    /** Most streams of one batch, at most 4096. Default 128. */
    public StreamPoolBuilder largestBatch(int count) {
        largestBatch = count;
        return this;
    }

    /**
     * How long a request may wait for others to share its batch, as long as the pool keeps up with the load: a batch that is not full begins
     * when its oldest request has waited for half of this, or when the queue is full. Zero: whatever waits is run as soon as a worker is free.
     * Default 1 ms.
     */
    public StreamPoolBuilder longestWait(Duration wait) {
        longestWait = wait;
        return this;
    }

    /** Requests that may wait at once, shared out evenly among the workers. Default 16,384. */
    public StreamPoolBuilder queue(int requests) {
        queue = requests;
        return this;
    }

    /** How long a submitter waits for room when the queue is full before it is refused; zero, the default: not at all. */
    public StreamPoolBuilder waitForRoom(Duration wait) {
        roomWait = wait;
        return this;
    }

    /** Where streams go when the pool has no room for more, or closes, and come back from. Default: none. */
    public StreamPoolBuilder store(StreamStore to) {
        store = to;
        return this;
    }

    /** Streams idle for this long leave for the store, too. Default: never. */
    public StreamPoolBuilder evictAfter(Duration idle) {
        evictAfter = idle;
        return this;
    }

    /** Who is told. */
    public StreamPoolBuilder metrics(StreamMetrics to) {
        metrics = to;
        return this;
    }

    /**
     * A running pool, which the caller closes before the layer.
     *
     * @throws IllegalArgumentException if a knob's value makes no sense; names it
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not that much memory
     */
    public StreamPool build() {
        check(workers >= 1, "workers", workers, "an integer >= 1");
        check(
                largestBatch >= 1 && largestBatch <= LARGEST_BATCH,
                "largestBatch",
                largestBatch,
                "1 to " + LARGEST_BATCH);
        check(queue >= 1, "queue", queue, "an integer >= 1");
        check(!longestWait.isNegative(), "longestWait", longestWait, "zero or more");
        check(!roomWait.isNegative(), "waitForRoom", roomWait, "zero or more");
        check(evictAfter == null || store != null, "evictAfter", evictAfter, "a store to evict to");
        check(
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
        check(
                streams >= 1 && settings.streamsOfWorker() >= largestBatch,
                "streams",
                streams,
                "at least largestBatch = " + largestBatch + " for each of " + workers + " workers");
        return new StreamPool(settings);
    }

    private static void check(boolean ok, String name, @Nullable Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
