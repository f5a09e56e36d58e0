package io.github.fusedrnn.stream;

import java.util.concurrent.RejectedExecutionException;

/** A {@link StreamPool} has no room for a request now; nothing of it was taken. */
public final class StreamPoolFullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    StreamPoolFullException(String message) {
        super(message);
    }
}
