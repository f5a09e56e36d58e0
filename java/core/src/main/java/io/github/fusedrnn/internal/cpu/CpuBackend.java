package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.dense.CheckedDenseOps;
import io.github.fusedrnn.dense.DenseKernels;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.ThreadSetting;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The CPU backend: our own kernels, and OpenBLAS on request. */
final class CpuBackend implements Backend {
    private final DenseOps dense;
    private volatile boolean threadsSet;

    CpuBackend() {
        this(new CpuDenseKernels());
    }

    /** With other kernels, for tests. */
    CpuBackend(DenseKernels kernels) {
        dense = new CheckedDenseOps(this, kernels);
    }

    @Override
    public BackendKind kind() {
        return BackendKind.CPU;
    }

    @Override
    public Availability supports(RecurrentConfig config, EngineOptions options) {
        String reason = Compression.refusal(config, options);
        return reason != null ? Availability.no(reason) : Availability.yes("every layer, in float32");
    }

    @Override
    public TensorStorage allocate(long floats, String label) {
        return NativeStorage.allocate(floats, label);
    }

    @Override
    public RecurrentEngine engine(RecurrentConfig config, EngineOptions options) {
        Isa isa = Isa.choose(options.cpuIsa());
        return new CpuEngine(config, isa, Products.choose(options, isa), options.choices());
    }

    @Override
    public DenseOps dense() {
        if (!threadsSet) {
            setThreads();
        }
        return dense;
    }

    /** No caller gets the operations before this has returned: it would overwrite the number of threads that the caller sets. */
    private synchronized void setThreads() {
        if (!threadsSet) {
            dense.useThreads(ThreadSetting.threads());
            threadsSet = true;
        }
    }

    @Override
    public long liveBytes() {
        return NativeApi.fr_live_bytes();
    }

    @Override
    public Fingerprint fingerprint() {
        return new Fingerprint(NativeApi.fr_version(), Machine.describe());
    }

    @Override
    public Map<String, String> describe() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("native library", NativeApi.fr_version());
        try {
            Isa isa = Isa.choose("auto");
            all.put("instruction set", isa.label() + " (can run: " + String.join(", ", Isa.supported()) + ")");
            all.put("products", Products.choose(EngineOptions.AUTO, isa).label());
        } catch (IllegalArgumentException e) {
            // The report shows what is wrong with a setting; building a layer fails with it.
            all.put("settings", "layers cannot be built: " + e.getMessage());
        }
        all.put("caches", Machine.caches());
        all.put("OpenBLAS", openBlas());
        long free = MemoryLimit.freeBytes();
        all.put(
                "native memory",
                liveBytes() + " bytes live, " + (free == Long.MAX_VALUE ? "unknown" : free + " bytes") + " free, limit "
                        + MemoryLimit.describe());
        return all;
    }

    private static String openBlas() {
        return NativeApi.fr_blas_is_open() == 1
                ? NativeApi.fr_blas_config() + ", " + NativeApi.fr_blas_threads() + " thread(s)"
                : "not opened: only products=openblas needs it, and dense products on a CPU without vector kernels";
    }
}
