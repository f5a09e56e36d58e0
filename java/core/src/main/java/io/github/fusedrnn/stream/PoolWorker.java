package io.github.fusedrnn.stream;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One thread that steps the streams of a shard, batch after batch, with memory of its own. Cellular batching: a batch is one time step of as many
 * streams as wait, each at whatever step it is.
 */
final class PoolWorker implements Runnable {
    /** A thread of some pool: one that must not wait for room in a queue. */
    static class WorkerThread extends Thread {
        WorkerThread(Runnable worker, String name) {
            super(worker, name);
            setDaemon(true);
        }
    }

    private final PoolShard shard;
    private final Consumer<Throwable> onDefect;
    private final StateSlab slab;
    private final PoolBatch memory;
    private final Residents residents;
    private final StreamMetrics metrics;
    private final @Nullable PooledStream[] batch;
    private final @Nullable PooledStream[] stepped;
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * A worker that is not run yet.
     *
     * @param onDefect told, on the worker, what ends it if nobody closed its shard
     */
    PoolWorker(PoolSettings settings, PoolShard shard, Consumer<Throwable> onDefect) {
        this.shard = shard;
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
        residents = new Residents(settings, slab, rows, shard);
    }

    /** Gives the memory of a worker back that never ran. */
    void abandon() {
        memory.close();
        slab.close();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    @Override
    public void run() {
        Throwable end = new StreamPoolClosedException("the stream pool was closed before it came to this request");
        try {
            for (int n = take(); n >= 0; n = take()) {
                if (n > 0) {
                    process(n);
                    shard.finish(batch, n);
                }
                residents.evictIdle(System.nanoTime());
            }
        } catch (Throwable e) {
            // A defect, or no heap left: nobody may wait for an answer that will not come.
            end = e;
            shard.closeAfter(e, true);
            onDefect.accept(e);
        } finally {
            try {
                shard.failAll(end);
                residents.saveAll();
            } finally {
                memory.close();
                slab.close();
                ended.countDown();
            }
        }
    }

    private int take() {
        return shard.take(batch, residents.nextEviction());
    }

    private void process(int n) {
        long begun = System.nanoTime();
        boolean failing = shard.failing();
        residents.beginBatch();
        int rows = 0;
        for (int i = 0; i < n; i++) {
            PooledStream stream = batch[i];
            PoolRequest request = stream.first();
            if (failing) {
                fail(
                        stream,
                        request,
                        new StreamPoolClosedException("the stream pool was closed before it came to this request"));
                continue;
            }
            try {
                if (request.kind == PoolRequest.Kind.STEP) {
                    residents.admit(stream, begun);
                    memory.set(rows, request.x, stream.row);
                    stepped[rows++] = stream;
                } else {
                    Object answer = command(stream, request, begun);
                    request.answered(answer);
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

    private @Nullable Object command(PooledStream stream, PoolRequest request, long now) {
        switch (request.kind) {
            case RESET -> residents.admitZero(stream, now);
            case REMOVE -> residents.remove(stream);
            case RESTORE -> residents.restore(stream, request.snapshot, now);
            case SNAPSHOT -> {
                residents.admit(stream, now);
                return residents.snapshot(stream);
            }
            case STEP -> throw new IllegalStateException("a step is no command");
        }
        return null;
    }

    private void step(int rows, long begun) {
        Throwable failure = null;
        try {
            memory.run(rows, slab);
        } catch (Throwable e) {
            failure = e;
        }
        long done = System.nanoTime();
        metrics.batch(rows, shard.queued(), done - begun);
        for (int i = 0; i < rows; i++) {
            PooledStream stream = stepped[i];
            PoolRequest request = stream.first();
            if (failure != null) {
                fail(stream, request, failure);
                continue;
            }
            stream.steps++;
            memory.get(i, request.y, request.yOffset);
            metrics.step(begun - request.submitted, done - request.submitted);
            try {
                request.stepped(stream.id, stream.steps);
            } catch (Throwable e) {
                report(e);
            }
            request.clear();
        }
    }

    /** Fails what a stream waits for, all of it. */
    static void failAll(PooledStream stream, Throwable cause) {
        for (PoolRequest request = stream.head; request != null; request = request.next) {
            tell(stream, request, cause);
        }
    }

    private void fail(PooledStream stream, PoolRequest request, Throwable cause) {
        metrics.failed(cause);
        tell(stream, request, cause);
    }

    /** Tells once: an answered request has nobody left to tell. */
    private static void tell(PooledStream stream, PoolRequest request, Throwable cause) {
        try {
            request.failed(stream.id, cause);
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
