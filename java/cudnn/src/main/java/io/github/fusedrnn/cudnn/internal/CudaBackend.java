package io.github.fusedrnn.cudnn.internal;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.dense.CudaDenseKernels;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceMemory;
import io.github.fusedrnn.cudnn.internal.device.DeviceStorage;
import io.github.fusedrnn.cudnn.internal.rnn.CudnnLayers;
import io.github.fusedrnn.dense.CheckedDenseOps;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.Fingerprint;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;

/** The cuDNN backend on one device. Thread-safe. */
final class CudaBackend implements Backend {
    /** System property: index of the device that is used where the code names none. */
    static final String DEVICE = "fusedrnn.cudnn.device";

    private static final ConcurrentHashMap<Integer, CudaBackend> ALL = new ConcurrentHashMap<>();

    private final CudaDevice device;
    private final DenseOps dense;

    private CudaBackend(CudaDevice device) {
        this.device = device;
        this.dense = new CheckedDenseOps(this, new CudaDenseKernels(device));
    }

    /** On the device of {@value #DEVICE}, else on the first usable one. */
    static CudaBackend ofDefaultDevice() {
        String requested = System.getProperty(DEVICE);
        List<Integer> usable = CudaProbe.result().usable();
        if (requested == null || requested.isBlank()) {
            return of(usable.get(0));
        }
        for (int index : usable) {
            if (requested.strip().equals(Integer.toString(index))) {
                return of(index);
            }
        }
        throw noSuchDevice(DEVICE, requested);
    }

    private static IllegalArgumentException noSuchDevice(String name, String index) {
        return new IllegalArgumentException(name + ": '" + index + "' (expected: one of the usable devices "
                + CudaProbe.result().usable() + ")");
    }

    private static CudaBackend of(int index) {
        return ALL.computeIfAbsent(index, i -> new CudaBackend(CudaDevice.of(i)));
    }

    @Override
    public BackendKind kind() {
        return BackendKind.CUDNN;
    }

    @Override
    public int device() {
        return device.index();
    }

    @Override
    public Backend onDevice(int index) {
        if (!CudaProbe.result().usable().contains(index)) {
            throw noSuchDevice("device", Integer.toString(index));
        }
        return of(index);
    }

    @Override
    public Availability supports(RecurrentConfig config, EngineOptions options) {
        return CudnnLayers.supports(device, config, options);
    }

    @Override
    public TensorStorage allocate(long floats, String label) {
        return DeviceStorage.allocate(device, floats, label);
    }

    @Override
    public RecurrentEngine engine(RecurrentConfig config, EngineOptions options) {
        return CudnnLayers.engine(device, config, options);
    }

    @Override
    public DenseOps dense() {
        return dense;
    }

    @Override
    public long liveBytes() {
        return device.memory().liveBytes();
    }

    @Override
    public Fingerprint fingerprint() {
        int[] runtime = new int[1];
        CudaStatus.check(cudart.cudaRuntimeGetVersion(runtime), "cudaRuntimeGetVersion");
        return new Fingerprint(
                "cuDNN " + cudnn.cudnnGetVersion() + ", CUDA " + runtime[0],
                device.name() + ", compute capability " + device.computeCapability() + ", " + device.multiprocessors()
                        + " multiprocessors");
    }

    @Override
    public Map<String, String> describe() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(
                "device",
                device + ", compute capability " + device.computeCapability() / 10 + "."
                        + device.computeCapability() % 10 + ", " + device.multiprocessors() + " multiprocessors");
        all.put("usable devices", CudaProbe.result().usable().toString());
        DeviceMemory memory = device.memory();
        all.put(
                "device memory",
                memory.liveBytes() + " bytes live, " + memory.idleBytes() + " bytes idle in the pool, "
                        + memory.freeBytes()
                        + " bytes free, limit "
                        + DeviceMemory.describeLimit());
        return all;
    }
}
