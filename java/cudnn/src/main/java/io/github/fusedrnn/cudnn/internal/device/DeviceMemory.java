package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.internal.memory.MemoryBound;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The memory of one device: a pool that keeps freed blocks for the next request of the same size class, because cudaMalloc and cudaFree wait for
 * the device. Thread-safe.
 *
 * <p>A block may be freed while the device still works on it, see {@link CudaDevice} on the order of work.
 */
public final class DeviceMemory {
    /** System property: bytes of device memory that FusedRNN may hold on each device; 0 or absent = what the device has. */
    public static final String PROPERTY = "fusedrnn.cudnn.maxDeviceBytes";

    private static final MemoryBound BOUND = new MemoryBound(PROPERTY, "what the device has");

    /** cudaMalloc's own alignment. */
    private static final long SMALLEST = 512;

    private final CudaDevice device;
    private final Map<Long, ArrayDeque<Long>> idle =
            new HashMap<>(); // addresses by bytes; guarded by this, like all below
    private long liveBytes;
    private long idleBytes;

    DeviceMemory(CudaDevice device) {
        this.device = device;
    }

    /**
     * A block with undefined contents.
     *
     * @param bytes at least this many, ≥ 1
     * @param label what messages call it
     * @throws FusedRnnException if there is not that much; names the bytes requested, free and held
     */
    public DeviceBlock allocate(long bytes, String label) {
        long rounded = sizeClass(bytes);
        long address = take(rounded, bytes, label);
        try {
            return new DeviceBlock(this, address, rounded, label);
        } catch (RuntimeException | Error e) {
            free(address, rounded);
            throw e;
        }
    }

    private synchronized long take(long rounded, long bytes, String label) {
        ArrayDeque<Long> same = idle.get(rounded);
        if (same != null && !same.isEmpty()) {
            idleBytes -= rounded;
            liveBytes += rounded;
            return same.pop();
        }
        device.activate();
        long limit = BOUND.bytes();
        if (limit > 0 && rounded > limit - liveBytes - idleBytes) {
            trim();
            if (rounded > limit - liveBytes) {
                throw refusal(
                        cudaErrorMemoryAllocation,
                        label,
                        bytes,
                        Math.max(0, limit - liveBytes),
                        PROPERTY + " = " + limit);
            }
        }
        Pointer made = new Span();
        int status = cudart.cudaMalloc(made, rounded);
        if (status == cudaErrorMemoryAllocation && idleBytes > 0) {
            cudart.cudaGetLastError();
            trim();
            status = cudart.cudaMalloc(made, rounded);
        }
        if (status != 0) {
            throw refusal(status, label, bytes, freeBytes(), "of the device's memory");
        }
        liveBytes += rounded;
        return made.address();
    }

    synchronized void free(long address, long rounded) {
        liveBytes -= rounded;
        idleBytes += rounded;
        idle.computeIfAbsent(rounded, size -> new ArrayDeque<>()).push(address);
    }

    private FusedRnnException refusal(int status, String label, long bytes, long free, String why) {
        return CudaStatus.failure(
                status,
                "cudaMalloc",
                MemoryBound.refusal(label, bytes, free, why + ", " + liveBytes + " held on " + device));
    }

    /** Eight sizes for each power of two: at most an eighth is wasted, and blocks of similar sizes are interchangeable. */
    static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >> 3);
        return Math.multiplyExact((bytes - 1) / step + 1, step);
    }

    /** Bytes of all blocks in use. */
    public synchronized long liveBytes() {
        return liveBytes;
    }

    /** Bytes of free blocks in the pool. */
    public synchronized long idleBytes() {
        return idleBytes;
    }

    /** Returns the free blocks of the pool to the driver. */
    public synchronized void trim() {
        device.activate();
        idle.forEach((size, addresses) -> {
            while (!addresses.isEmpty()) {
                idleBytes -= size;
                CudaStatus.check(cudart.cudaFree(new Span(addresses.pop())), "cudaFree");
            }
        });
        idle.clear();
    }

    /** The limit for a report. */
    public static String describeLimit() {
        return BOUND.describe();
    }

    /** Bytes that the driver has free now; −1 if unknown. */
    public long freeBytes() {
        device.activate();
        HostBlock sizes = new HostBlock(2 * Long.BYTES);
        try {
            int status = cudart.cudaMemGetInfo(
                    new SizeTPointer(new Span(sizes.address())),
                    new SizeTPointer(new Span(sizes.address() + Long.BYTES)));
            return status == 0 ? sizes.bytes().getLong(0) : -1;
        } finally {
            Reference.reachabilityFence(sizes);
        }
    }
}
