package io.github.fusedrnn.stream;

/** A {@link StreamPool} is closed, or was closed before it came to a request; the cause is what ended it, if nobody closed it. */
public final class StreamPoolClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    StreamPoolClosedException(String message) {
        super(message);
    }

    StreamPoolClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
