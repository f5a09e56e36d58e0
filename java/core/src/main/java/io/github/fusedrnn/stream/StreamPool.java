package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of stateful streams over one set of weights. Requests of different streams that wait at the same time run as one batch of one time
 * step, so that the weights are read once for all of them. The requests of one stream are answered in the order of their submission. A stream
 * exists from its first request on, starts from the zero state, and may join or leave at any step.
 *
 * <p>Numbers: on the CPU backend's own kernels, in every precision, a stream's outputs have the same bits whatever it was batched with, and those
 * of a {@link RecurrentStream}; {@link RecurrentLayer#explain()} says whether that promise holds.
 *
 * <p>Threads: every method may be called from any thread. Each worker has its own streams (by a hash of the id), its own memory and its own
 * plan. The states stay on the backend, where each batch gathers those it needs.
 *
 * <p>Failures: wrong input is refused when it is submitted. If a batch fails on the backend, its requests fail and no state changes. Every
 * accepted request is answered exactly once, even if the pool closes. What a worker cannot survive (a {@link StreamMetrics} that throws, a full
 * Java heap) closes the pool: requests that wait for this worker fail with it, all others are processed, and it is the cause of each later
 * {@link StreamPoolClosedException}.
 *
 * <p>Weights may change at any time: the next batch runs on the new ones, and streams keep their states. Snapshots carry the fingerprint of the
 * weights, so a stream that was evicted before the change cannot come back after it; {@link #reset} or {@link #remove} lets it begin anew.
 */
public final class StreamPool implements AutoCloseable {
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final int inputSize;
    private final int outputSize;
    private final StreamMetrics metrics;
    private final RequestQueue[] queues;
    private final PoolWorker[] workers;
    private final Thread[] threads;

    StreamPool(PoolSettings settings) {
        this(settings, WorkerThread::new);
    }

    /** With other threads, for tests. */
    StreamPool(PoolSettings settings, BiFunction<Runnable, String, WorkerThread> threadMaker) {
        inputSize = settings.layer().config().inputSize();
        outputSize = settings.layer().config().outputSize();
        metrics = settings.metrics();
        queues = new RequestQueue[settings.workers()];
        workers = new PoolWorker[settings.workers()];
        threads = new Thread[settings.workers()];
        int pool = POOLS.incrementAndGet();
        int made = 0;
        int started = 0;
        try {
            for (int i = 0; i < workers.length; i++) {
                queues[i] = new RequestQueue(settings);
                workers[i] = new PoolWorker(settings, queues[i], this::closeAfter);
                made++;
                threads[i] = threadMaker.apply(workers[i], "fusedrnn-pool-" + pool + "-" + i);
                queues[i].serveWith(threads[i]);
            }
            for (Thread thread : threads) {
                thread.start();
                started++;
            }
        } catch (RuntimeException | Error e) {
            // a running worker frees its memory itself; the system may have had no thread left for the others
            for (int i = started; i < made; i++) {
                workers[i].abandon();
            }
            for (int i = 0; i < started; i++) {
                queues[i].close(true, null);
            }
            awaitEnds(started);
            throw e;
        }
    }

    /** A pool of streams over a layer. The caller closes the layer, after the pool. */
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
            throw Checks.wrong("x", x.length + " elements", "C = " + inputSize);
        }
        StepFuture future = new StepFuture();
        step(streamId, x, 0, new float[outputSize], 0, future);
        return future;
    }

    /** Completes with the array that the request named. */
    private static final class StepFuture extends CompletableFuture<float[]> implements StepCallback {
        @Override
        public void stepped(long streamId, long step, float[] y, int yOffset) {
            complete(y);
        }

        @Override
        public void failed(long streamId, Throwable cause) {
            completeExceptionally(cause);
        }
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
        step(streamId, x, xOffset, y, yOffset, Objects.requireNonNull(callback, "callback: null (expected: a value)"));
    }

    private static void checkRange(String name, int length, int offset, int count) {
        if (offset < 0 || offset > length - count) {
            throw new IndexOutOfBoundsException(name + ": " + length + " elements, offset " + offset
                    + " (expected: room for " + count + " elements)");
        }
    }

    /** Sets a stream back to the zero state, after its earlier requests. */
    public CompletionStage<@Nullable Void> reset(long streamId) {
        return command(streamId, StreamCommand.reset());
    }

    /** The state of a stream, after its earlier requests, as {@link RecurrentStream#snapshot()} gives it. */
    public CompletionStage<byte[]> snapshot(long streamId) {
        return command(streamId, StreamCommand.snapshot());
    }

    /**
     * Sets a stream to the state of a snapshot, after its earlier requests. A wrong snapshot fails the stage with an
     * {@link IllegalArgumentException} and leaves the stream as it was.
     *
     * @param snapshot of a {@link RecurrentStream} or a pool, on any backend; not to be changed until the stage is done
     */
    public CompletionStage<@Nullable Void> restore(long streamId, byte[] snapshot) {
        return command(streamId, StreamCommand.restore(snapshot));
    }

    /** Ends a stream, after its earlier requests: its state is removed from the pool and from the store. */
    public CompletionStage<@Nullable Void> remove(long streamId) {
        return command(streamId, StreamCommand.remove());
    }

    private void step(long streamId, float[] x, int xOffset, float[] y, int yOffset, StepCallback callback) {
        try {
            queueOf(streamId).step(streamId, x, xOffset, y, yOffset, callback);
        } catch (StreamPoolFullException e) {
            metrics.rejected();
            throw e;
        }
    }

    private <T extends @Nullable Object> CompletionStage<T> command(long streamId, StreamCommand<T> command) {
        try {
            queueOf(streamId).command(streamId, command);
        } catch (StreamPoolFullException e) {
            metrics.rejected();
            throw e;
        }
        return command.answer();
    }

    private RequestQueue queueOf(long streamId) {
        // other bits of the hash than those that find the stream in its queue
        return queues[(int) ((StreamIndex.spread(streamId) & 0x7FFF_FFFF) % queues.length)];
    }

    /** Streams in the pool now, without those that were evicted. */
    public int streams() {
        int sum = 0;
        for (RequestQueue queue : queues) {
            sum += queue.streams();
        }
        return sum;
    }

    /** Requests that wait now. */
    public int queued() {
        int sum = 0;
        for (RequestQueue queue : queues) {
            sum += queue.queued();
        }
        return sum;
    }

    /**
     * Accepts no more requests, processes those that wait, saves every stream if there is a store, and frees the memory. Waits for all this, unless
     * a callback calls it. A second call only waits.
     */
    @Override
    public void close() {
        close(false);
    }

    /** As {@link #close()}, but requests that wait fail with {@link StreamPoolClosedException}. Batches that already run are finished. */
    public void closeNow() {
        close(true);
    }

    private void close(boolean fail) {
        for (RequestQueue queue : queues) {
            queue.close(fail, null);
        }
        if (WorkerThread.isCurrent()) {
            return;
        }
        awaitEnds(workers.length);
    }

    /** If one worker fails, no queue accepts anything: a pool that serves only some of its streams would be hard to understand. */
    private void closeAfter(Throwable defect) {
        for (RequestQueue queue : queues) {
            queue.close(false, defect);
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
