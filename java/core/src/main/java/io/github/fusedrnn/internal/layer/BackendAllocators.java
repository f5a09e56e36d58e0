package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.Allocator;
import io.github.fusedrnn.tensor.AllocatorProvider;

/** The backends, to tensors that are made without naming one. */
public final class BackendAllocators implements AllocatorProvider {
    /** For the ServiceLoader. */
    public BackendAllocators() {}

    @Override
    public Allocator best() {
        return BackendRegistry.best();
    }

    @Override
    public Allocator of(BackendKind backend) {
        return BackendRegistry.open(backend);
    }
}
