package io.github.fusedrnn.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one worker: its streams' requests, and the streams whose turn it is. Submitters and the worker meet here under one lock, which
 * nobody holds for longer than it takes to link a few objects; {@code synchronized} and parking, unlike the locks of java.util.concurrent, make
 * no garbage when they are fought for.
 */
final class PoolShard {
    /** How the pool ends, if it does. */
    private enum Mode {
        OPEN,
        DRAIN,
        FAIL
    }

    /** What the worker is doing, for those who may have to wake it. */
    private enum Nap {
        AWAKE,
        IDLE,
        FILLING
    }

    private final int inputSize;
    private final int queueBound;
    private final int streamBound;
    private final int largestBatch;
    private final long patience;
    private final long roomWaitNanos;

    private final StreamIndex index = new StreamIndex();
    private @Nullable PooledStream firstReady;
    private @Nullable PooledStream lastReady;
    private int readyCount;

    /**
     * When the oldest request was submitted of those whose turn it is; not up to date while nothing is ready, or more than a batch. Not always the
     * first one's: a stream that was stepped comes back to the end of the line with a request that may have waited through that step.
     */
    private long oldestReady;

    private int queued;
    private int waiters;
    private @Nullable PoolRequest free;
    private Mode mode = Mode.OPEN;
    private @Nullable Throwable defect;
    private Nap nap = Nap.AWAKE;
    private @Nullable Thread worker;

    PoolShard(PoolSettings settings) {
        inputSize = settings.layer().config().inputSize();
        queueBound = settings.queueOfWorker();
        streamBound = settings.store() == null ? settings.streamsOfWorker() : Integer.MAX_VALUE;
        largestBatch = settings.largestBatch();
        // Half of the bound is for waiting, the other half for the batch that runs when the first half is over and for
        // a scheduler that wakes the worker late.
        patience = settings.longestWaitNanos() / 2;
        roomWaitNanos = settings.roomWaitNanos();
    }

    void serveWith(Thread thread) {
        worker = thread;
    }

    /** Queues a request; its arguments have been checked, and x is copied. */
    void submit(
            PoolRequest.Kind kind,
            long streamId,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            byte[] snapshot,
            @Nullable StepCallback callback,
            @Nullable CompletableFuture<?> future) {
        boolean wake;
        synchronized (this) {
            waitForRoom();
            PooledStream stream = index.get(streamId);
            if (stream == null) {
                stream = open(streamId);
            }
            PoolRequest request = free;
            if (request == null) {
                request = new PoolRequest(inputSize);
            } else {
                free = request.next;
            }
            request.kind = kind;
            request.y = y;
            request.yOffset = yOffset;
            request.snapshot = snapshot;
            request.callback = callback;
            request.future = future;
            if (kind == PoolRequest.Kind.STEP) {
                System.arraycopy(x, xOffset, request.x, 0, inputSize);
            }
            request.submitted = System.nanoTime();
            stream.append(request);
            queued++;
            if (!stream.scheduled) {
                stream.scheduled = true;
                addReady(stream);
            }
            wake = nap == Nap.IDLE || (nap == Nap.FILLING && isFull());
            if (wake) {
                nap = Nap.AWAKE;
            }
        }
        if (wake) {
            LockSupport.unpark(worker);
        }
    }

    private PooledStream open(long streamId) {
        if (index.size() >= streamBound) {
            throw new StreamPoolFullException("streams: " + index.size()
                    + " are open (expected: fewer; remove some, allow more, or give the pool a store to evict"
                    + " idle ones to)");
        }
        PooledStream stream = new PooledStream(streamId);
        index.add(stream);
        return stream;
    }

    private void waitForRoom() {
        checkOpen();
        if (queued < queueBound) {
            return;
        }
        // A worker that waited for room would wait for itself.
        if (roomWaitNanos == 0 || Thread.currentThread() instanceof PoolWorker.WorkerThread) {
            throw full("");
        }
        long end = System.nanoTime() + roomWaitNanos;
        waiters++;
        try {
            while (queued >= queueBound) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw full(" for " + roomWaitNanos / 1_000_000 + " ms");
                }
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
                checkOpen();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw full(", and the thread that waited for room was interrupted");
        } finally {
            waiters--;
        }
    }

    private StreamPoolFullException full(String more) {
        return new StreamPoolFullException(
                "queue: full, " + queued + " requests wait" + more + " (expected: fewer than " + queueBound
                        + "; submit more slowly, or let the pool's builder allow more)");
    }

    private void checkOpen() {
        if (mode != Mode.OPEN) {
            throw defect == null
                    ? new StreamPoolClosedException("the stream pool is closed")
                    : new StreamPoolClosedException(
                            "the stream pool closed itself when one of its workers failed", defect);
        }
    }

    /** Whether waiting brings nothing: the batch is full, or the queue, and whoever would join is refused. */
    private boolean isFull() {
        return readyCount >= largestBatch || queued >= queueBound;
    }

    private void addReady(PooledStream stream) {
        long submitted = stream.first().submitted;
        if (firstReady == null || submitted - oldestReady < 0) {
            oldestReady = submitted;
        }
        stream.nextReady = null;
        if (lastReady == null) {
            firstReady = stream;
        } else {
            lastReady.nextReady = stream;
        }
        lastReady = stream;
        readyCount++;
    }

    /**
     * For the worker: waits until a batch is due and takes it.
     *
     * @param batch receives streams that have a request each
     * @param wakeAt when to come back at the latest, on the clock of {@link System#nanoTime()}; {@link Long#MAX_VALUE} = whenever
     * @return how many; 0 if it is {@code wakeAt}; −1 if the pool is closed and nothing waits any more
     */
    int take(PooledStream[] batch, long wakeAt) {
        for (; ; ) {
            long sleep;
            synchronized (this) {
                nap = Nap.AWAKE;
                long now = System.nanoTime();
                if (firstReady != null) {
                    long age = now - oldestReady;
                    if (isFull() || mode != Mode.OPEN || age >= patience) {
                        return takeReady(batch);
                    }
                    sleep = patience - age;
                    nap = Nap.FILLING;
                } else if (mode != Mode.OPEN) {
                    return -1;
                } else {
                    sleep = wakeAt == Long.MAX_VALUE ? Long.MAX_VALUE : wakeAt - now;
                    nap = Nap.IDLE;
                }
                if (wakeAt != Long.MAX_VALUE && wakeAt - now <= 0) {
                    nap = Nap.AWAKE;
                    return 0;
                }
            }
            LockSupport.parkNanos(this, sleep);
            Thread.interrupted(); // a callback's doing; parking would return at once from now on
        }
    }

    private int takeReady(PooledStream[] batch) {
        int n = 0;
        while (n < largestBatch && firstReady != null) {
            PooledStream stream = firstReady;
            firstReady = stream.nextReady;
            stream.nextReady = null;
            batch[n++] = stream;
        }
        if (firstReady == null) {
            lastReady = null;
        }
        readyCount -= n;
        if (readyCount < largestBatch) {
            findOldestReady();
        }
        queued -= n;
        if (waiters > 0) {
            notifyAll();
        }
        return n;
    }

    private void findOldestReady() {
        for (PooledStream stream = firstReady; stream != null; stream = stream.nextReady) {
            long submitted = stream.first().submitted;
            if (stream == firstReady || submitted - oldestReady < 0) {
                oldestReady = submitted;
            }
        }
    }

    /** For the worker: the first requests of a batch have been answered. */
    synchronized void finish(PooledStream[] batch, int n) {
        for (int i = 0; i < n; i++) {
            PooledStream stream = batch[i];
            recycle(stream.poll());
            if (stream.head != null) {
                addReady(stream);
            } else {
                stream.scheduled = false;
                forgetIfIdle(stream);
            }
        }
    }

    private void recycle(PoolRequest request) {
        request.clear();
        request.next = free;
        free = request;
    }

    /** For the worker: a stream without requests and without a row need not be known. */
    synchronized void forgetIfIdle(PooledStream stream) {
        if (!stream.scheduled && stream.row == PooledStream.NO_ROW) {
            index.remove(stream.id);
        }
    }

    synchronized boolean isScheduled(PooledStream stream) {
        return stream.scheduled;
    }

    /** Whether a stream waits for its turn. */
    synchronized boolean hasReady() {
        return readyCount > 0;
    }

    /** Requests that wait. */
    synchronized int queued() {
        return queued;
    }

    /** Streams that are known. */
    synchronized int streams() {
        return index.size();
    }

    /** Whether what waits is to fail. */
    synchronized boolean failing() {
        return mode == Mode.FAIL;
    }

    /** Takes no more requests; what waits will be done, or, if {@code fail}, will fail. */
    void close(boolean fail) {
        synchronized (this) {
            mode = fail || mode == Mode.FAIL ? Mode.FAIL : Mode.DRAIN;
            nap = Nap.AWAKE;
            notifyAll();
        }
        LockSupport.unpark(worker);
    }

    /** For a worker that fails: as {@link #close}; whoever comes later is told why. */
    void closeAfter(Throwable cause, boolean fail) {
        synchronized (this) {
            defect = cause;
        }
        close(fail);
    }

    /** For the worker, at its end, when nothing more is taken: fails whatever is left, of every stream. */
    void failAll(Throwable cause) {
        for (PooledStream stream : waiting()) {
            PoolWorker.failAll(stream, cause);
        }
    }

    private synchronized List<PooledStream> waiting() {
        List<PooledStream> found = new ArrayList<>();
        index.forEach(stream -> {
            if (stream.head != null) {
                found.add(stream);
            }
        });
        return found;
    }
}
