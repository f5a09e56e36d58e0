package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of stateful streams over one set of weights. Whatever requests of different streams wait at the same time are run as one batch of one
 * time step, so that the weights are read once for all of them; a stream's own requests are answered in the order in which they came. A stream
 * exists from its first request on, begins with the zero state, and may join or leave at any step.
 *
 * <p>Numbers: on the CPU backend's own kernels, in every precision, a stream's outputs have the same bits whatever it was batched with, and those
 * of a {@link RecurrentStream}; {@link RecurrentLayer#explain()} says whether that promise holds.
 *
 * <p>Threads: every method may be called from any thread. Each worker has its own streams (by a hash of the id), its own memory and its own
 * plan. The states stay on the backend; what a batch needs is gathered there.
 *
 * <p>Failures: wrong input is refused when it is submitted. If a batch fails on the backend, its requests fail and every state is as it was before.
 * Every request that was accepted is answered exactly once, also when the pool closes. What a pool cannot survive (a {@link StreamMetrics} that
 * throws, a Java heap that is full) closes it: what waits for the worker that failed fails with it, all else is answered, and
 * {@link StreamPoolClosedException} has it as its cause.
 *
 * <p>Weights may change at any time: the next batch runs on the new ones, and streams keep their states. Snapshots carry the fingerprint of the
 * weights, so a stream that was evicted before the change cannot come back after it; {@link #reset} or {@link #remove} lets it begin anew.
 */
public final class StreamPool implements AutoCloseable {
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final int inputSize;
    private final int outputSize;
    private final StreamMetrics metrics;
    private final PoolShard[] shards;
    private final PoolWorker[] workers;
    private final Thread[] threads;

    StreamPool(PoolSettings settings) {
        this(settings, PoolWorker.WorkerThread::new);
    }

    /** With threads of another make, for tests. */
    StreamPool(PoolSettings settings, BiFunction<Runnable, String, PoolWorker.WorkerThread> threadMaker) {
        inputSize = settings.layer().config().inputSize();
        outputSize = settings.layer().config().outputSize();
        metrics = settings.metrics();
        shards = new PoolShard[settings.workers()];
        workers = new PoolWorker[settings.workers()];
        threads = new Thread[settings.workers()];
        int pool = POOLS.incrementAndGet();
        int made = 0;
        int started = 0;
        try {
            for (int i = 0; i < workers.length; i++) {
                shards[i] = new PoolShard(settings);
                workers[i] = new PoolWorker(settings, shards[i], this::closeAfter);
                made++;
                threads[i] = threadMaker.apply(workers[i], "fusedrnn-pool-" + pool + "-" + i);
                shards[i].serveWith(threads[i]);
            }
            for (Thread thread : threads) {
                thread.start();
                started++;
            }
        } catch (RuntimeException | Error e) {
            // a worker that runs gives its memory back itself; a system may have no thread left for the others
            for (int i = started; i < made; i++) {
                workers[i].abandon();
            }
            for (int i = 0; i < started; i++) {
                shards[i].close(true);
            }
            awaitEnds(started);
            throw e;
        }
    }

    /** A pool of streams of a layer, which the caller closes after the pool. */
    public static StreamPoolBuilder builder(RecurrentLayer layer) {
        return new StreamPoolBuilder(layer);
    }

    /**
     * One time step of a stream.
     *
     * @param streamId any number
     * @param x input, C elements; copied
     * @return the output, H (with projection P) elements, in a new array. It completes on a worker, which also runs what depends on it unless
     *     that is made asynchronous
     * @throws IllegalArgumentException if x has another length
     * @throws StreamPoolFullException if there is no room for the request, or for one more stream
     * @throws StreamPoolClosedException if the pool is closed
     */
    public CompletionStage<float[]> submit(long streamId, float[] x) {
        if (x.length != inputSize) {
            throw new IllegalArgumentException("x: " + x.length + " elements (expected: C = " + inputSize + ")");
        }
        CompletableFuture<float[]> future = new CompletableFuture<>();
        submit(PoolRequest.Kind.STEP, streamId, x, 0, new float[outputSize], 0, PoolRequest.NO_BYTES, null, future);
        return future;
    }

    /**
     * One time step of a stream, without garbage.
     *
     * @param streamId any number
     * @param x input, read from {@code xOffset} on: C elements; copied
     * @param y output, written from {@code yOffset} on: H (with projection P) elements; the pool's until the callback is called
     * @param callback called once, on a worker
     * @throws IndexOutOfBoundsException if an array is too short
     * @throws StreamPoolFullException if there is no room for the request, or for one more stream
     * @throws StreamPoolClosedException if the pool is closed
     */
    public void submit(long streamId, float[] x, int xOffset, float[] y, int yOffset, StepCallback callback) {
        checkRange("x", x.length, xOffset, inputSize);
        checkRange("y", y.length, yOffset, outputSize);
        if (callback == null) {
            throw new NullPointerException("callback: null (expected: a value)");
        }
        submit(PoolRequest.Kind.STEP, streamId, x, xOffset, y, yOffset, PoolRequest.NO_BYTES, callback, null);
    }

    private static void checkRange(String name, int length, int offset, int count) {
        if (offset < 0 || offset > length - count) {
            throw new IndexOutOfBoundsException(name + ": " + length + " elements, offset " + offset
                    + " (expected: room for " + count + " elements)");
        }
    }

    /** Sets a stream back to the zero state, when what was submitted for it before is done. */
    public CompletionStage<@Nullable Void> reset(long streamId) {
        return command(PoolRequest.Kind.RESET, streamId, PoolRequest.NO_BYTES);
    }

    /** The state of a stream, when what was submitted for it before is done; as {@link RecurrentStream#snapshot()} gives it. */
    public CompletionStage<byte[]> snapshot(long streamId) {
        return command(PoolRequest.Kind.SNAPSHOT, streamId, PoolRequest.NO_BYTES);
    }

    /**
     * Sets a stream to the state of a snapshot, when what was submitted for it before is done. What is wrong with the snapshot fails the stage, with
     * an {@link IllegalArgumentException}, and leaves the stream as it was.
     *
     * @param snapshot of a {@link RecurrentStream} or a pool, on any backend; not to be changed until the stage is done
     */
    public CompletionStage<@Nullable Void> restore(long streamId, byte[] snapshot) {
        return command(PoolRequest.Kind.RESTORE, streamId, snapshot);
    }

    /** Ends a stream, when what was submitted for it before is done: its state is forgotten, in the store, too. */
    public CompletionStage<@Nullable Void> remove(long streamId) {
        return command(PoolRequest.Kind.REMOVE, streamId, PoolRequest.NO_BYTES);
    }

    /** A command's answer has the type that its kind says. */
    private <T> CompletionStage<T> command(PoolRequest.Kind kind, long streamId, byte[] snapshot) {
        CompletableFuture<T> future = new CompletableFuture<>();
        submit(kind, streamId, PoolRequest.NO_FLOATS, 0, PoolRequest.NO_FLOATS, 0, snapshot, null, future);
        return future;
    }

    private void submit(
            PoolRequest.Kind kind,
            long streamId,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            byte[] snapshot,
            @Nullable StepCallback callback,
            @Nullable CompletableFuture<?> future) {
        try {
            shardOf(streamId).submit(kind, streamId, x, xOffset, y, yOffset, snapshot, callback, future);
        } catch (StreamPoolFullException e) {
            metrics.rejected();
            throw e;
        }
    }

    private PoolShard shardOf(long streamId) {
        // other bits of the hash than those that find the stream in its shard
        return shards[(int) ((StreamIndex.spread(streamId) & 0x7FFF_FFFF) % shards.length)];
    }

    /** Streams in the pool now, without those that were evicted. */
    public int streams() {
        int sum = 0;
        for (PoolShard shard : shards) {
            sum += shard.streams();
        }
        return sum;
    }

    /** Requests that wait now. */
    public int queued() {
        int sum = 0;
        for (PoolShard shard : shards) {
            sum += shard.queued();
        }
        return sum;
    }

    /**
     * Takes no more requests, answers all that wait, saves every stream if there is a store, and gives the memory back. Waits for that, unless it is
     * called by a callback. A second call does nothing but wait.
     */
    @Override
    public void close() {
        close(false);
    }

    /** As {@link #close()}, but what waits fails with {@link StreamPoolClosedException}; the batches that run now are finished. */
    public void closeNow() {
        close(true);
    }

    private void close(boolean fail) {
        for (PoolShard shard : shards) {
            shard.close(fail);
        }
        if (Thread.currentThread() instanceof PoolWorker.WorkerThread) {
            return; // a worker that waited for the workers would wait for itself
        }
        awaitEnds(workers.length);
    }

    /** When a worker fails, nobody else is taken in either: a pool that serves some of its streams would be hard to understand. */
    private void closeAfter(Throwable defect) {
        for (PoolShard shard : shards) {
            shard.closeAfter(defect, false);
        }
    }

    private void awaitEnds(int count) {
        boolean interrupted = false;
        for (int i = 0; i < count; i++) {
            for (boolean ended = false; !ended; ) {
                try {
                    workers[i].awaitEnd();
                    ended = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
