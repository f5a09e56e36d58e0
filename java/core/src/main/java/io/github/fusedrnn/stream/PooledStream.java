package io.github.fusedrnn.stream;

import org.jspecify.annotations.Nullable;

/**
 * One stream of a pool with its requests, and its place in the line of those whose turn it is. What this class adds is guarded by the request
 * queue; what it inherits belongs to the worker. One object holds both, so that a step touches the fewest cache lines.
 */
final class PooledStream extends ResidentStreams.Entry {
    /** Its requests, oldest first; the first one stays until it is answered. */
    @Nullable
    Request head;

    private @Nullable Request tail;

    /** Ready to be stepped, or being stepped. */
    boolean scheduled;

    private @Nullable PooledStream nextReady;

    PooledStream(long id) {
        super(id);
    }

    /** A step or a command, and who gets the answer. Reused, so that a step makes no garbage. */
    static final class Request {
        private static final float[] NO_FLOATS = {};

        final float[] x;
        float[] y = NO_FLOATS;
        int yOffset;

        /** Of a step that is not answered yet. */
        private @Nullable StepCallback callback;

        /** Of a command that is not answered yet; null = a step. */
        @Nullable
        StreamCommand<?> command;

        long submitted;

        /** The stream's next request; or the next one that is free. */
        @Nullable
        Request next;

        Request(int inputSize) {
            x = new float[inputSize];
        }

        /** Makes this a step; {@code from} is copied. */
        void set(float[] from, int offset, float[] to, int toOffset, StepCallback told) {
            System.arraycopy(from, offset, x, 0, x.length);
            y = to;
            yOffset = toOffset;
            callback = told;
        }

        /** Answers a step; y holds the output. */
        void stepped(PooledStream stream) {
            StepCallback told = callback;
            if (told != null) {
                told.stepped(stream.id, stream.steps, y, yOffset);
            }
        }

        void failed(PooledStream stream, Throwable cause) {
            StepCallback told = callback;
            StreamCommand<?> asked = command;
            if (told != null) {
                told.failed(stream.id, cause);
            } else if (asked != null) {
                asked.failed(cause);
            }
        }

        /** Lets go of what belongs to the caller. From now on there is nobody to answer. */
        void clear() {
            y = NO_FLOATS;
            callback = null;
            command = null;
        }
    }

    void append(Request request) {
        request.next = null;
        if (tail == null) {
            head = request;
        } else {
            tail.next = request;
        }
        tail = request;
    }

    /** The oldest request of a stream that is scheduled. */
    Request first() {
        Request first = head;
        if (first == null) {
            throw new IllegalStateException("stream " + id + " has no request");
        }
        return first;
    }

    /** Takes the oldest request out. */
    Request poll() {
        Request first = first();
        head = first.next;
        if (head == null) {
            tail = null;
        }
        first.next = null;
        return first;
    }

    /** Streams whose turn it is, first come, first served. Guarded by the request queue. */
    static final class Line {
        private @Nullable PooledStream first;
        private @Nullable PooledStream last;
        private int size;

        private long oldestSubmission;

        boolean isEmpty() {
            return first == null;
        }

        int size() {
            return size;
        }

        /**
         * When the oldest of the streams' first requests was submitted; undefined while nothing, or a batch or more, is ready. It need not belong to
         * the first stream: one that was just stepped rejoins at the end, with a request that may have waited through that step.
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
}
