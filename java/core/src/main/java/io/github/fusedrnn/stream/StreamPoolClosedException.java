package io.github.fusedrnn.stream;

import org.jspecify.annotations.Nullable;

/** A {@link StreamPool} is closed, or was closed before it processed a request. If it closed itself, the cause says why. */
public final class StreamPoolClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    private StreamPoolClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * For a request that comes too late.
     *
     * @param defect what ended the pool; null = somebody closed it
     */
    static StreamPoolClosedException refused(@Nullable Throwable defect) {
        return new StreamPoolClosedException(
                defect == null ? "the stream pool is closed" : "the stream pool closed itself because a worker failed",
                defect);
    }

    /** For a request that was accepted before the pool was closed. */
    static StreamPoolClosedException unprocessed() {
        return new StreamPoolClosedException("the stream pool was closed before it processed this request", null);
    }
}
