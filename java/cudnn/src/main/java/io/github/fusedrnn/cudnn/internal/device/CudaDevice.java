package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMultiProcessorCount;

import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.global.cudart;

/**
 * One GPU: its properties, memory, and the stream that carries all work of layers and dense operations in order. Thread-safe; one object for
 * each device and process, made on first use.
 *
 * <p>Order of work: everything that accesses a device's memory runs in the order of {@link #stream()}. Another stream (a session's) first waits for
 * it ({@link CudaStream#waitFor}) and makes it wait afterwards. So a block that the host frees can be reused at once, though the device may still
 * be working on it.
 */
public final class CudaDevice {
    private static final ConcurrentHashMap<Integer, CudaDevice> ALL = new ConcurrentHashMap<>();

    private final int index;
    private final String name;
    private final int computeCapability;
    private final int multiprocessors;
    private final DeviceMemory memory;
    private final CudaStream stream;
    private final PinnedStaging staging;
    private final Kernels kernels;

    private CudaDevice(int index) {
        this.index = index;
        activate();
        byte[] text = new byte[256];
        CudaStatus.check(cudart.cuDeviceGetName(text, text.length, index), "cuDeviceGetName");
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        this.name = new String(text, 0, end, StandardCharsets.UTF_8);
        this.computeCapability =
                10 * attribute(cudaDevAttrComputeCapabilityMajor) + attribute(cudaDevAttrComputeCapabilityMinor);
        this.multiprocessors = attribute(cudaDevAttrMultiProcessorCount);
        this.memory = new DeviceMemory(this);
        this.stream = new CudaStream(this, "stream of device " + index);
        this.staging = new PinnedStaging(this);
        this.kernels = new Kernels(this);
    }

    /** The device with an index that the probe has found usable. */
    public static CudaDevice of(int index) {
        return ALL.computeIfAbsent(index, CudaDevice::new);
    }

    /** Makes this the current device of the calling thread; before every call that depends on it. */
    public void activate() {
        CudaStatus.check(cudart.cudaSetDevice(index), "cudaSetDevice");
    }

    /** CUDA's index. */
    public int index() {
        return index;
    }

    /** The driver's name of it. */
    public String name() {
        return name;
    }

    /** 75 for 7.5. */
    public int computeCapability() {
        return computeCapability;
    }

    /** Number of multiprocessors. */
    public int multiprocessors() {
        return multiprocessors;
    }

    /** Its memory. */
    public DeviceMemory memory() {
        return memory;
    }

    /** The stream that carries all work in order. */
    public CudaStream stream() {
        return stream;
    }

    /** Copies between host and device. */
    public PinnedStaging staging() {
        return staging;
    }

    /** Our own kernels. */
    public Kernels kernels() {
        return kernels;
    }

    /** An attribute of the device, by CUDA's constant. */
    public int attribute(int which) {
        int[] value = new int[1];
        CudaStatus.check(cudart.cudaDeviceGetAttribute(value, which, index), "cudaDeviceGetAttribute");
        return value[0];
    }

    @Override
    public String toString() {
        return "device " + index + " (" + name + ")";
    }
}
