package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link StreamPool} puts the states of streams that it evicts, and finds those of streams that come back. Called on the pool's workers,
 * from several at once for different streams, and never from two for one; a worker does nothing else meanwhile.
 */
public interface StreamStore {
    /**
     * Keeps a stream's state, in the place of an older one.
     *
     * @param snapshot as {@link RecurrentStream#snapshot()} gives it
     * @throws RuntimeException if it cannot be kept: the stream stays in the pool
     */
    void save(long streamId, byte[] snapshot);

    /**
     * The state of a stream that is not in the pool; null = none is known, and the stream begins with the zero state.
     *
     * @throws RuntimeException if it cannot be had now: the request that asked for it fails with this
     */
    byte @Nullable [] load(long streamId);

    /**
     * The stream has ended, its state is not needed any more.
     *
     * @throws RuntimeException if it cannot be forgotten: the request fails with this, and the stream goes on
     */
    default void remove(long streamId) {}
}
