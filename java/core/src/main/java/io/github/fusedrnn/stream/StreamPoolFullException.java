package io.github.fusedrnn.stream;

import java.util.concurrent.RejectedExecutionException;

/** A {@link StreamPool} has no room for a request. Nothing of the request was accepted. */
public final class StreamPoolFullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    private StreamPoolFullException(String message) {
        super(message);
    }

    /** No room for a request; {@code more} says what else there is to say, or nothing. */
    static StreamPoolFullException queue(int waiting, int bound, String more) {
        return new StreamPoolFullException("queue: full, " + waiting + " requests waiting" + more
                + " (expected: fewer than " + bound + "; submit more slowly or allow more in the pool's builder)");
    }

    /** No room for one more stream. */
    static StreamPoolFullException streams(int open) {
        return new StreamPoolFullException("streams: " + open
                + " open (expected: fewer; remove some, allow more in the pool's builder, or give the pool a store"
                + " for idle streams)");
    }
}
