package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.MeasuredAccuracy;
import io.github.fusedrnn.weights.ModelFingerprint;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import io.github.fusedrnn.weights.Weights;
import io.github.fusedrnn.weights.WeightsView;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A layer's canonical block with its version, what is known of that version, and who may read or change it when. Thread-safe. */
public final class LayerWeights implements Weights {
    private final RecurrentConfig config;
    private final WeightLayout layout;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private TensorStorage block;
    private volatile long version = 1;
    private volatile @Nullable Fingerprinted fingerprinted;
    private volatile @Nullable MeasuredAccuracy accuracy;

    private record Fingerprinted(ModelFingerprint fingerprint, long version) {}

    /** Weights in a block of {@code layout.size()} elements, which this object owns from now on. */
    public LayerWeights(RecurrentConfig config, WeightLayout layout, TensorStorage block) {
        this.config = config;
        this.layout = layout;
        this.block = block;
    }

    /** What stands behind the weights of any layer. */
    public static LayerWeights of(Weights weights) {
        return (LayerWeights) weights;
    }

    @Override
    public WeightLayout layout() {
        return layout;
    }

    @Override
    public List<String> names() {
        return layout.parameters().stream().map(ParameterSpec::name).toList();
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public boolean isClosed() {
        lock.readLock().lock();
        try {
            return block.isClosed();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public float[] get(String name) {
        ParameterSpec spec = layout.get(name);
        if (spec.size() > Integer.MAX_VALUE - 8) {
            throw Checks.wrong(name, spec.size() + " elements", "at most 2^31 - 9 for a Java array");
        }
        float[] values = new float[(int) spec.size()];
        read(storage -> {
            storage.read(spec.offset(), FloatBuffer.wrap(values));
            return version;
        });
        return values;
    }

    @Override
    public Map<String, float[]> toMap() {
        return read(block -> {
            Map<String, float[]> all = new LinkedHashMap<>();
            names().forEach(name -> all.put(name, get(name)));
            return all;
        });
    }

    @Override
    public void update(Consumer<WeightsView> change) {
        lock.writeLock().lock();
        try {
            block.acquire();
            try {
                change.accept(new WeightsView(layout, TensorAccess.view(block, 0, layout.size())));
            } finally {
                version++;
                block.release();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Runs {@code reader} on the block while nobody changes it. */
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
     * Puts a new block in the place of the old one, which is freed.
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

    /** The fingerprint of the newest version, computed once for each. */
    public ModelFingerprint fingerprint() {
        Fingerprinted known = fingerprinted;
        if (known == null || known.version() != version) {
            known = read(all -> new Fingerprinted(ModelDigest.of(config, layout, all), version));
            fingerprinted = known;
        }
        return known.fingerprint();
    }

    /** What the last measurement of a layer's precision found; null before one. */
    public @Nullable MeasuredAccuracy accuracy() {
        return accuracy;
    }

    /** Keeps what a measurement found. */
    public void remember(MeasuredAccuracy measured) {
        accuracy = measured;
    }

    /**
     * Refuses a call from inside {@link #update}, which would wait for itself or see half a change.
     *
     * @throws IllegalStateException if this thread is in an update
     */
    public void checkNotUpdating() {
        if (lock.isWriteLockedByCurrentThread()) {
            throw new IllegalStateException(
                    "weights: this thread is inside update (expected: call the layer when update has returned)");
        }
    }

    /** Frees the block. */
    public void close() {
        lock.writeLock().lock();
        try {
            block.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
