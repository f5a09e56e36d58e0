package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the states of the streams that a {@link StreamPool} evicts until they come back. Called by the pool's workers: for different streams from
 * several threads at once, for one stream never from two. A worker does nothing else meanwhile.
 */
public interface StreamStore {
    /**
     * Saves a stream's state; replaces an older one.
     *
     * @param snapshot as {@link RecurrentStream#snapshot()} gives it
     * @throws RuntimeException if it cannot be saved: the stream stays in the pool
     */
    void save(long streamId, byte[] snapshot);

    /**
     * The state of a stream that is not in the pool; null = unknown, and the stream starts from the zero state.
     *
     * @throws RuntimeException if it cannot be loaded now: the request that needs it fails with this exception
     */
    byte @Nullable [] load(long streamId);

    /**
     * The stream has ended; its state is no longer needed.
     *
     * @throws RuntimeException if it cannot be removed: the request fails with this exception, and the stream goes on
     */
    default void remove(long streamId) {}
}
