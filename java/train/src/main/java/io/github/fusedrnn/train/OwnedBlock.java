package io.github.fusedrnn.train;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Weights and gradients that a module of this package owns. */
final class OwnedBlock implements ParameterBlock, AutoCloseable {
    private final String owner;
    private final BackendKind backend;
    private final List<Entry> entries;
    private final FloatTensor weights;
    private final FloatTensor gradients;

    /** A parameter to come: its name, its shape, and how it is drawn. */
    record Parameter(String name, List<Long> shape, Initialization initialization) {}

    /** Takes memory; draws the parameters one after another from one seed and leaves the gradients zero. */
    OwnedBlock(String owner, BackendKind backend, List<Parameter> parameters, long fanIn, long fanOut, long seed) {
        this.owner = owner;
        this.backend = backend;
        this.entries = entries(parameters);
        this.weights = FloatTensor.allocate(backend, size());
        try {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < parameters.size(); i++) {
                float[] values = new float[Math.toIntExact(entries.get(i).size())];
                parameters.get(i).initialization().fill(fanIn, fanOut, random, values);
                weight(i).copyFrom(values);
            }
            this.gradients = FloatTensor.allocate(backend, size());
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    private static List<Entry> entries(List<Parameter> parameters) {
        List<Entry> entries = new ArrayList<>();
        long offset = 0;
        for (Parameter parameter : parameters) {
            Entry entry = new Entry(parameter.name(), parameter.shape(), offset);
            entries.add(entry);
            offset += entry.size();
        }
        return List.copyOf(entries);
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
