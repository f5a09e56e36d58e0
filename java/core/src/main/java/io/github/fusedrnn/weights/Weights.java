package io.github.fusedrnn.weights;

import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The canonical weights of a layer: PyTorch's names, shapes and gate order, and a version that rises with every change. The layer owns
 * them. Thread-safe: calls in flight work on packed copies and never see half a change.
 */
public final class Weights {
    private final WeightLayout layout;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private TensorStorage block;
    private volatile long version = 1;

    /** For layers: weights in a block of {@code layout.size()} elements, which this object owns from now on. */
    public Weights(WeightLayout layout, TensorStorage block) {
        this.layout = layout;
        this.block = block;
    }

    /** Names, shapes and offsets. */
    public WeightLayout layout() {
        return layout;
    }

    /** Names in canonical order. */
    public List<String> names() {
        return layout.parameters().stream().map(ParameterSpec::name).toList();
    }

    /** Rises with every {@link #update} and every replacement. */
    public long version() {
        return version;
    }

    /**
     * A copy of one parameter's elements.
     *
     * @throws IllegalArgumentException if there is no such parameter, or it is larger than an array can be
     */
    public float[] get(String name) {
        ParameterSpec spec = layout.get(name);
        if (spec.size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    name + ": " + spec.size() + " elements (expected: at most 2^31 - 9 for a Java array)");
        }
        float[] values = new float[(int) spec.size()];
        read(storage -> {
            storage.read(spec.offset(), FloatBuffer.wrap(values));
            return version;
        });
        return values;
    }

    /** Copies of all parameters by name, in canonical order, all of one version. */
    public Map<String, float[]> toMap() {
        return read(block -> {
            Map<String, float[]> all = new LinkedHashMap<>();
            names().forEach(name -> all.put(name, get(name)));
            return all;
        });
    }

    /**
     * Changes weights in place; the version rises on exit, also after an exception. Calls in flight end on the old version; packed copies are
     * renewed by the next call.
     *
     * @param change gets in-place views; must not call the layer, which refuses it
     */
    public void update(Consumer<WeightsView> change) {
        lock.writeLock().lock();
        try {
            block.acquire();
            try {
                change.accept(new WeightsView(layout, block));
            } finally {
                version++;
                block.release();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * Refuses anything but exactly this layer's parameters with their sizes; names every one that is missing, unknown or of another size.
     *
     * @throws IllegalArgumentException if anything is wrong
     */
    public static void check(WeightLayout layout, Map<String, float[]> values) {
        StringBuilder wrong = new StringBuilder();
        for (ParameterSpec spec : layout.parameters()) {
            float[] value = values.get(spec.name());
            if (value == null) {
                wrong.append("; ")
                        .append(spec.name())
                        .append(": missing (expected: ")
                        .append(spec.shape())
                        .append(')');
            } else if (value.length != spec.size()) {
                wrong.append("; ")
                        .append(spec.name())
                        .append(": ")
                        .append(value.length)
                        .append(" elements (expected: ")
                        .append(spec.size())
                        .append(" = ")
                        .append(spec.shape())
                        .append(')');
            }
        }
        TreeSet<String> unknown = new TreeSet<>(values.keySet());
        layout.parameters().forEach(spec -> unknown.remove(spec.name()));
        if (!unknown.isEmpty()) {
            wrong.append("; unknown: ").append(unknown);
        }
        if (wrong.length() > 0) {
            throw new IllegalArgumentException("weights" + wrong);
        }
    }

    /** For layers: runs {@code reader} on the block while nobody changes it. */
    public <T> T read(Function<TensorStorage, T> reader) {
        lock.readLock().lock();
        try {
            block.acquire();
            try {
                return reader.apply(block);
            } finally {
                block.release();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * For layers: puts a new block in the place of the old one, which is freed.
     *
     * @return the new version
     */
    public long replace(TensorStorage newBlock) {
        lock.writeLock().lock();
        try {
            block.close(); // first, because it refuses while somebody uses a view of it
            block = newBlock;
            version++;
            return version;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * For layers: refuses a call from inside {@link #update}, which would wait for itself or see half a change.
     *
     * @throws IllegalStateException if this thread is in an update
     */
    public void checkNotUpdating() {
        if (lock.isWriteLockedByCurrentThread()) {
            throw new IllegalStateException(
                    "weights: this thread is inside update (expected: call the layer when update has returned)");
        }
    }

    /** For layers: frees the block. */
    public void close() {
        lock.writeLock().lock();
        try {
            block.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
