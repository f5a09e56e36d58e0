package io.github.fusedrnn.stream;

import org.jspecify.annotations.Nullable;

/**
 * One stream of a pool and its requests. What this class adds is guarded by the request queue; what it inherits belongs to the worker. One
 * object holds both, so that a step touches the fewest cache lines.
 */
final class PooledStream extends ResidentStreams.Entry {
    /** Its requests, oldest first; the first one stays until it is answered. */
    @Nullable
    Request head;

    private @Nullable Request tail;

    /** Ready to be stepped, or being stepped. */
    boolean scheduled;

    @Nullable
    PooledStream nextReady;

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
}
