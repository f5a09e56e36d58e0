package io.github.fusedrnn.stream;

import io.github.fusedrnn.stream.PooledStream.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for one worker, by stream, and the streams whose turn it is. Submitters and the worker meet here under one lock, which
 * is held only to link a few objects. {@code synchronized} and parking make no garbage under contention, unlike the locks of
 * java.util.concurrent.
 */
final class RequestQueue {
    /** Whether requests are accepted and, if not, whether those that wait are processed. */
    private enum Mode {
        OPEN,
        DRAIN,
        FAIL
    }

    /** Tells a submitter whether it has to wake the worker. */
    private enum WorkerState {
        BUSY,
        IDLE,
        FILLING_A_BATCH
    }

    private final int inputSize;
    private final int queueBound;
    private final int streamBound;
    private final int largestBatch;
    private final long batchWaitNanos;
    private final long roomWaitNanos;

    private final StreamIndex index = new StreamIndex();
    private final PooledStream.Line ready = new PooledStream.Line();
    private int queued;
    private int waitingForRoom;
    private @Nullable Request free;
    private Mode mode = Mode.OPEN;
    private @Nullable Throwable defect;
    private WorkerState workerState = WorkerState.BUSY;
    private @Nullable Thread worker;

    RequestQueue(PoolSettings settings) {
        inputSize = settings.layer().config().inputSize();
        queueBound = settings.queueOfWorker();
        streamBound = settings.store() == null ? settings.streamsOfWorker() : Integer.MAX_VALUE;
        largestBatch = settings.largestBatch();
        // Half of the bound is for waiting, the other half for the batch that runs when the first half is over and for
        // a scheduler that wakes the worker late.
        batchWaitNanos = settings.longestWaitNanos() / 2;
        roomWaitNanos = settings.roomWaitNanos();
    }

    void serveWith(Thread thread) {
        worker = thread;
    }

    /** Queues a step. The caller has checked the arguments; x is copied. */
    void step(long streamId, float[] x, int xOffset, float[] y, int yOffset, StepCallback callback) {
        boolean wake;
        synchronized (this) {
            PooledStream stream = accept(streamId);
            Request request = newRequest();
            request.set(x, xOffset, y, yOffset, callback);
            wake = append(stream, request);
        }
        if (wake) {
            LockSupport.unpark(worker);
        }
    }

    /** Queues a command. */
    void command(long streamId, StreamCommand<?> command) {
        boolean wake;
        synchronized (this) {
            PooledStream stream = accept(streamId);
            Request request = newRequest();
            request.command = command;
            wake = append(stream, request);
        }
        if (wake) {
            LockSupport.unpark(worker);
        }
    }

    /** The stream of a request for which there is room. */
    private PooledStream accept(long streamId) {
        waitForRoom();
        PooledStream stream = index.get(streamId);
        if (stream == null) {
            if (index.size() >= streamBound) {
                throw StreamPoolFullException.streams(index.size());
            }
            stream = new PooledStream(streamId);
            index.add(stream);
        }
        return stream;
    }

    private void waitForRoom() {
        checkOpen();
        if (queued < queueBound) {
            return;
        }
        if (roomWaitNanos == 0 || WorkerThread.isCurrent()) {
            throw StreamPoolFullException.queue(queued, queueBound, "");
        }
        long end = System.nanoTime() + roomWaitNanos;
        waitingForRoom++;
        try {
            while (queued >= queueBound) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    String after = ", no room after " + roomWaitNanos / 1_000_000 + " ms";
                    throw StreamPoolFullException.queue(queued, queueBound, after);
                }
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
                checkOpen();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StreamPoolFullException.queue(queued, queueBound, ", interrupted while waiting for room");
        } finally {
            waitingForRoom--;
        }
    }

    private void checkOpen() {
        if (mode != Mode.OPEN) {
            throw StreamPoolClosedException.refused(defect);
        }
    }

    private Request newRequest() {
        Request request = free;
        if (request == null) {
            return new Request(inputSize);
        }
        free = request.next;
        return request;
    }

    /** Returns whether the worker has to be woken. */
    private boolean append(PooledStream stream, Request request) {
        request.submitted = System.nanoTime();
        stream.append(request);
        queued++;
        if (!stream.scheduled) {
            stream.scheduled = true;
            ready.add(stream);
        }
        boolean wake =
                workerState == WorkerState.IDLE || (workerState == WorkerState.FILLING_A_BATCH && isWaitingUseless());
        if (wake) {
            workerState = WorkerState.BUSY;
        }
        return wake;
    }

    /** Nothing can join the batch: it is full, or the queue is, so that whatever comes is refused. */
    private boolean isWaitingUseless() {
        return ready.size() >= largestBatch || queued >= queueBound;
    }

    /**
     * For the worker: waits until a batch is due and takes it.
     *
     * @param batch receives streams that have a request each
     * @param wakeAt when to return at the latest, on the clock of {@link System#nanoTime()}; {@link Long#MAX_VALUE} = no limit
     * @return how many; 0 at {@code wakeAt}; −1 if the pool is closed and nothing waits any more
     */
    int take(PooledStream[] batch, long wakeAt) {
        for (; ; ) {
            long sleep;
            synchronized (this) {
                workerState = WorkerState.BUSY;
                long now = System.nanoTime();
                if (!ready.isEmpty()) {
                    long age = now - ready.oldestSubmission();
                    if (isWaitingUseless() || mode != Mode.OPEN || age >= batchWaitNanos) {
                        return takeReady(batch);
                    }
                    sleep = batchWaitNanos - age;
                    workerState = WorkerState.FILLING_A_BATCH;
                } else if (mode != Mode.OPEN) {
                    return -1;
                } else {
                    sleep = wakeAt == Long.MAX_VALUE ? Long.MAX_VALUE : wakeAt - now;
                    workerState = WorkerState.IDLE;
                }
                if (wakeAt != Long.MAX_VALUE && wakeAt - now <= 0) {
                    workerState = WorkerState.BUSY;
                    return 0;
                }
            }
            LockSupport.parkNanos(this, sleep);
            Thread.interrupted(); // a callback's doing; parking would return at once from now on
        }
    }

    private int takeReady(PooledStream[] batch) {
        int n = ready.take(batch, largestBatch);
        queued -= n;
        if (waitingForRoom > 0) {
            notifyAll();
        }
        return n;
    }

    /** For the worker: the first requests of a batch have been answered. */
    synchronized void finish(PooledStream[] batch, int n) {
        for (int i = 0; i < n; i++) {
            PooledStream stream = batch[i];
            Request request = stream.poll();
            request.clear();
            request.next = free;
            free = request;
            if (stream.head != null) {
                ready.add(stream);
            } else {
                stream.scheduled = false;
                forgetIfUnused(stream);
            }
        }
    }

    /** For the worker: a stream has lost its row. */
    synchronized void evicted(long streamId) {
        PooledStream stream = index.get(streamId);
        if (stream != null) {
            forgetIfUnused(stream);
        }
    }

    private void forgetIfUnused(PooledStream stream) {
        if (!stream.scheduled && stream.row == ResidentStreams.NO_ROW) {
            index.remove(stream.id);
        }
    }

    /** Whether a stream has requests that are not answered yet. */
    synchronized boolean isScheduled(long streamId) {
        PooledStream stream = index.get(streamId);
        return stream != null && stream.scheduled;
    }

    /** Whether a stream waits for its turn. */
    synchronized boolean hasReady() {
        return !ready.isEmpty();
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

    /**
     * Accepts no more requests.
     *
     * @param fail whether what waits fails; else it is processed
     * @param cause what ended the pool, for those who are refused; null = somebody closed it
     */
    void close(boolean fail, @Nullable Throwable cause) {
        synchronized (this) {
            if (cause != null) {
                defect = cause;
            }
            mode = fail || mode == Mode.FAIL ? Mode.FAIL : Mode.DRAIN;
            workerState = WorkerState.BUSY;
            notifyAll();
        }
        LockSupport.unpark(worker);
    }

    /** For the worker, at its end, when nothing more is accepted: the streams whose requests are left. */
    synchronized List<PooledStream> left() {
        List<PooledStream> left = new ArrayList<>();
        index.forEach(stream -> {
            if (stream.head != null) {
                left.add(stream);
            }
        });
        return left;
    }
}
