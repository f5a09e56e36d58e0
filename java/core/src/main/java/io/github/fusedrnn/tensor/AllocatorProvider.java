package io.github.fusedrnn.tensor;

import io.github.fusedrnn.config.BackendKind;

/**
 * Finds the allocators of this process's backends for tensors that are made without naming one; found by {@link java.util.ServiceLoader}, so that
 * tensors need not know what a backend is. Thread-safe.
 */
public interface AllocatorProvider {
    /** The allocator of the backend that is taken when nobody names one. */
    Allocator best();

    /**
     * The allocator of a backend.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if the backend is not available, with the reason
     */
    Allocator of(BackendKind backend);
}
