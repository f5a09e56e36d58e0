package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.function.Consumer;

/** Weights and gradients that a module of this package owns. */
final class OwnedBlock implements ParameterBlock, AutoCloseable {
    private final String owner;
    private final BackendKind backend;
    private final List<Entry> entries;
    private final FloatTensor weights;
    private final FloatTensor gradients;

    /** Takes memory, all zero. */
    OwnedBlock(String owner, BackendKind backend, List<Entry> entries) {
        this.owner = owner;
        this.backend = backend;
        this.entries = List.copyOf(entries);
        this.weights = FloatTensor.allocate(backend, size());
        try {
            this.gradients = FloatTensor.allocate(backend, size());
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /** A view of an entry's weights with the entry's shape. */
    FloatTensor weight(int entry) {
        return entries.get(entry).view(weights);
    }

    /** A view of an entry's gradient with the entry's shape. */
    FloatTensor gradient(int entry) {
        return entries.get(entry).view(gradients);
    }

    @Override
    public BackendKind backend() {
        return backend;
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    @Override
    public FloatTensor gradients() {
        return gradients;
    }

    @Override
    public void update(Consumer<FloatTensor> change) {
        checkOpen();
        change.accept(weights);
    }

    @Override
    public float[] read(Entry entry) {
        return entry.read(weights);
    }

    @Override
    public void checkOpen() {
        if (weights.isClosed() || gradients.isClosed()) {
            throw new IllegalStateException(owner + " is closed");
        }
    }

    @Override
    public void close() {
        try (gradients) {
            weights.close();
        }
    }
}
