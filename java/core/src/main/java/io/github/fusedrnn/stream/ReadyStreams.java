package io.github.fusedrnn.stream;

import org.jspecify.annotations.Nullable;

/** The streams whose turn it is, first come, first served. Guarded by the request queue. */
final class ReadyStreams {
    private @Nullable PooledStream first;
    private @Nullable PooledStream last;
    private int size;

    /** Out of date while nothing, or more than a batch, is ready. */
    private long oldestSubmission;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    /**
     * When the oldest first request was submitted, if less than a batch is ready, but not nothing. It need not belong to the first stream: one that
     * was just stepped rejoins at the end, with a request that may have waited through that step.
     */
    long oldestSubmission() {
        return oldestSubmission;
    }

    /** Adds a stream that has a request. */
    void add(PooledStream stream) {
        long submitted = stream.first().submitted;
        if (first == null || submitted - oldestSubmission < 0) {
            oldestSubmission = submitted;
        }
        stream.nextReady = null;
        if (last == null) {
            first = stream;
        } else {
            last.nextReady = stream;
        }
        last = stream;
        size++;
    }

    /** Moves the first streams, as many as a batch may have, to {@code batch}; returns how many. */
    int take(PooledStream[] batch, int largestBatch) {
        int n = 0;
        while (n < largestBatch && first != null) {
            PooledStream stream = first;
            first = stream.nextReady;
            stream.nextReady = null;
            batch[n++] = stream;
        }
        if (first == null) {
            last = null;
        }
        size -= n;
        if (size < largestBatch) { // a full batch is due whatever its age, so a long line is never searched
            findOldestSubmission();
        }
        return n;
    }

    private void findOldestSubmission() {
        for (PooledStream stream = first; stream != null; stream = stream.nextReady) {
            long submitted = stream.first().submitted;
            if (stream == first || submitted - oldestSubmission < 0) {
                oldestSubmission = submitted;
            }
        }
    }
}
