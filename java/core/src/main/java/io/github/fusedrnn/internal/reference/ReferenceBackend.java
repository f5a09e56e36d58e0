package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.dense.CheckedDenseOps;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.memory.JvmStorage;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The oracle as a backend: float32 memory outside, float64 inside. It runs every layer that can be described. */
final class ReferenceBackend implements Backend {
    private final DenseOps dense = new CheckedDenseOps(this, new ReferenceDenseKernels());

    @Override
    public BackendKind kind() {
        return BackendKind.REFERENCE;
    }

    @Override
    public Availability supports(RecurrentConfig config, EngineOptions options) {
        if (options.precision() != Precision.FLOAT32) {
            return Availability.no("precision " + options.precision()
                    + ": the reference computes in float64 on the weights as they are; backend CPU compresses them");
        }
        return Availability.yes("the reference runs every layer");
    }

    @Override
    public TensorStorage allocate(long floats, String label) {
        return JvmStorage.allocate(floats, label);
    }

    /** The options are the CPU backend's and say nothing here. */
    @Override
    public RecurrentEngine engine(RecurrentConfig config, EngineOptions options) {
        return new ReferenceEngine(config);
    }

    @Override
    public DenseOps dense() {
        return dense;
    }

    @Override
    public long liveBytes() {
        return JvmStorage.liveBytes();
    }

    @Override
    public Fingerprint fingerprint() {
        return new Fingerprint(
                System.getProperty("java.vm.version", "unknown"), System.getProperty("os.arch", "unknown"));
    }

    @Override
    public Map<String, String> describe() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("precision", "float64 inside, float32 memory");
        lines.put("Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        lines.put("Java heap limit", Runtime.getRuntime().maxMemory() + " bytes");
        return lines;
    }
}
