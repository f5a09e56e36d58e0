package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * Memory for intermediate results that grows to the largest size asked for and is then reused, so that batches of
 * different shapes need no allocation each. One thread at a time.
 */
public final class Workspace implements AutoCloseable {
    private final BackendKind backend;
    private @Nullable FloatTensor memory;

    /** Memory of a backend; none is allocated yet. */
    public Workspace(BackendKind backend) {
        this.backend = backend;
    }

    /**
     * A view with these dimensions, of any content, valid until the next call.
     *
     * @throws IllegalStateException if the memory must grow while an open tape leases an earlier view
     */
    public FloatTensor take(long... dims) {
        long size = 1;
        for (long dim : dims) {
            size = Math.multiplyExact(size, dim);
        }
        FloatTensor now = memory;
        if (now == null || now.size() < size) {
            close();
            now = FloatTensor.allocate(backend, size);
            memory = now;
        }
        return now.slice(0, size).reshape(dims);
    }

    /** Releases the memory; a later {@link #take} allocates anew. */
    @Override
    public void close() {
        FloatTensor now = memory;
        if (now != null) {
            memory = null;
            now.close();
        }
    }
}
