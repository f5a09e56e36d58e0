package io.github.fusedrnn.stream;

/**
 * What a {@link StreamPool} tells about itself. Called from its workers and from those who submit, several at once; must be quick, thread-safe
 * and not throw. Every method does nothing unless overridden. Times are in nanoseconds.
 */
public interface StreamMetrics {
    /** Tells nobody. */
    StreamMetrics NONE = new StreamMetrics() {};

    /**
     * A batch was run.
     *
     * @param size streams that it stepped
     * @param queued requests that wait now, of the same worker
     * @param nanos time on the backend, copies included
     */
    default void batch(int size, int queued, long nanos) {}

    /**
     * A step was done.
     *
     * @param waitNanos from its submission until its batch began
     * @param totalNanos from its submission until just before its answer is handed out
     */
    default void step(long waitNanos, long totalNanos) {}

    /** A request was refused because there was no room for it. */
    default void rejected() {}

    /** A request was accepted and failed. */
    default void failed(Throwable cause) {}

    /** A stream was written to the store and left the pool. */
    default void evicted(long streamId) {}

    /** A stream came back from the store. */
    default void restored(long streamId) {}

    /** A stream could not be written to the store, and stayed; or, while the pool closed, is lost. */
    default void storeFailed(long streamId, Throwable cause) {}
}
