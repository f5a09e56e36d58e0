package io.github.fusedrnn.train;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * Memory for intermediate results that grows to the largest size asked for and is then reused. One thread at a time.
 */
final class Workspace implements AutoCloseable {
    private final BackendKind backend;
    private @Nullable FloatTensor memory;

    Workspace(BackendKind backend) {
        this.backend = backend;
    }

    /** A view of {@code size} elements, of any content, valid until the next call. */
    FloatTensor take(long size) {
        FloatTensor now = memory;
        if (now == null || now.size() < size) {
            close();
            now = FloatTensor.allocate(backend, size);
            memory = now;
        }
        return now.slice(0, size);
    }

    @Override
    public void close() {
        FloatTensor now = memory;
        if (now != null) {
            memory = null;
            now.close();
        }
    }
}
