package io.github.fusedrnn.stream;

import io.github.fusedrnn.stream.PooledStream.Request;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Steps the streams of one queue, batch after batch, with memory of its own. Cellular batching: a batch is one time step of as many streams as
 * are ready, each at whatever step it is.
 */
final class PoolWorker implements Runnable {
    /** Evictions in a row, each a call of the store, before requests are looked at again. */
    private static final int EVICTIONS = 16;

    private final RequestQueue queue;
    private final Consumer<Throwable> onDefect;
    private final StateSlab slab;
    private final PoolBatch memory;
    private final ResidentStreams residents;
    private final StreamMetrics metrics;
    private final @Nullable PooledStream[] batch;
    private final @Nullable PooledStream[] stepped;
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * A worker that is not run yet.
     *
     * @param onDefect told, on the worker, what ended it if nobody closed its queue
     */
    PoolWorker(PoolSettings settings, RequestQueue queue, Consumer<Throwable> onDefect) {
        this.queue = queue;
        this.onDefect = onDefect;
        metrics = settings.metrics();
        batch = new @Nullable PooledStream[settings.largestBatch()];
        stepped = new @Nullable PooledStream[settings.largestBatch()];
        int rows = settings.streamsOfWorker();
        memory = new PoolBatch(settings.layer(), settings.largestBatch());
        try {
            slab = new StateSlab(memory.backend(), settings.layer().config(), rows);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
        residents = new ResidentStreams(settings, slab, rows, queue::evicted);
    }

    /** Frees the memory of a worker that never ran. */
    void abandon() {
        memory.close();
        slab.close();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    @Override
    public void run() {
        Throwable end = StreamPoolClosedException.unprocessed();
        try {
            for (int n = take(); n >= 0; n = take()) {
                if (n > 0) {
                    process(n);
                    queue.finish(batch, n);
                }
                evictIdle(System.nanoTime());
            }
        } catch (Throwable e) {
            // A defect, or the heap is full: nobody may wait for an answer that will not come.
            end = e;
            queue.close(true, e);
            onDefect.accept(e);
        } finally {
            try {
                failAll(end);
                residents.saveAll();
            } finally {
                memory.close();
                slab.close();
                ended.countDown();
            }
        }
    }

    private int take() {
        return queue.take(batch, residents.nextEviction());
    }

    private void process(int n) {
        long begun = System.nanoTime();
        boolean failing = queue.failing();
        residents.beginBatch();
        int rows = 0;
        for (int i = 0; i < n; i++) {
            PooledStream stream = batch[i];
            Request request = stream.first();
            if (failing) {
                fail(stream, request, StreamPoolClosedException.unprocessed());
                continue;
            }
            try {
                StreamCommand<?> command = request.command;
                if (command == null) {
                    residents.admit(stream, begun);
                    memory.set(rows, request.x, stream.row);
                    stepped[rows++] = stream;
                } else {
                    command.run(residents, stream, begun);
                    request.clear();
                }
            } catch (Throwable e) {
                fail(stream, request, e);
            }
        }
        if (rows > 0) {
            step(rows, begun);
        }
    }

    private void step(int rows, long begun) {
        Throwable failure = null;
        try {
            memory.run(rows, slab);
        } catch (Throwable e) {
            failure = e;
        }
        long done = System.nanoTime();
        metrics.batch(rows, queue.queued(), done - begun);
        for (int i = 0; i < rows; i++) {
            PooledStream stream = stepped[i];
            Request request = stream.first();
            if (failure != null) {
                fail(stream, request, failure);
                continue;
            }
            stream.steps++;
            memory.get(i, request.y, request.yOffset);
            metrics.step(begun - request.submitted, done - request.submitted);
            try {
                request.stepped(stream);
            } catch (Throwable e) {
                report(e);
            }
            request.clear();
        }
    }

    /** Evicts streams that have been idle for too long: one, and more only while no stream is ready. */
    private void evictIdle(long now) {
        for (int i = 0; i < EVICTIONS && (i == 0 || !queue.hasReady()); i++) {
            ResidentStreams.Entry idle = residents.idle(now);
            if (idle == null) {
                return;
            }
            if (queue.isScheduled(idle.id)) {
                residents.touch(idle, now);
            } else {
                residents.evict(idle, now);
            }
        }
    }

    /** Fails whatever is left in the queue, of every stream. */
    private void failAll(Throwable cause) {
        for (PooledStream stream : queue.left()) {
            for (Request request = stream.head; request != null; request = request.next) {
                tell(stream, request, cause);
            }
        }
    }

    private void fail(PooledStream stream, Request request, Throwable cause) {
        metrics.failed(cause);
        tell(stream, request, cause);
    }

    /** Tells once: an answered request has nobody left to tell. */
    private static void tell(PooledStream stream, Request request, Throwable cause) {
        try {
            request.failed(stream, cause);
        } catch (Throwable e) {
            report(e);
        }
        request.clear();
    }

    private static void report(Throwable thrownByCallback) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrownByCallback);
        } catch (Throwable e) {
            // Ignored, as the JVM does. Thrown on, it would end the worker, and the request would be answered twice.
        }
    }
}
