package io.github.fusedrnn.stream;

/**
 * Receives what happens in a {@link StreamPool}. Called by its workers and by submitters, from several threads at once: must be quick,
 * thread-safe, and must not throw. Every method does nothing unless overridden. Times are in nanoseconds.
 */
public interface StreamMetrics {
    /** Ignores everything. */
    StreamMetrics NONE = new StreamMetrics() {};

    /**
     * A batch ran.
     *
     * @param size streams in the batch
     * @param queued requests that now wait for the same worker
     * @param nanos time on the backend, including copies
     */
    default void batch(int size, int queued, long nanos) {}

    /**
     * A step was done.
     *
     * @param waitNanos from submission to the start of the batch
     * @param totalNanos from submission to just before the answer is delivered
     */
    default void step(long waitNanos, long totalNanos) {}

    /** A request was refused because the queue, or the pool, was full. */
    default void rejected() {}

    /** An accepted request failed. */
    default void failed(Throwable cause) {}

    /** A stream was saved to the store and left the pool. */
    default void evicted(long streamId) {}

    /** A stream came back from the store. */
    default void restored(long streamId) {}

    /** A stream could not be saved to the store. It stays in the pool, or is lost if the pool is closing. */
    default void storeFailed(long streamId, Throwable cause) {}
}
