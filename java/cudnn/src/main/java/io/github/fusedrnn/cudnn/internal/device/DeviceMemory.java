package io.github.fusedrnn.cudnn.internal.device;

import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * The memory of one device: a pool that keeps what is given back for the next request of the same size class, because cudaMalloc and cudaFree
 * wait for the device. Thread-safe.
 *
 * <p>A block may be given back while the device still works on it, see {@link CudaDevice} on the order of work.
 */
public final class DeviceMemory {
    /** System property: bytes of device memory that FusedRNN may hold on each device; 0 or absent = what the device has. */
    public static final String PROPERTY = "fusedrnn.cudnn.maxDeviceBytes";

    /** cudaMalloc's own alignment. */
    private static final long SMALLEST = 512;

    private final CudaDevice device;
    private final Map<Long, ArrayDeque<Long>> idle =
            new HashMap<>(); // addresses by bytes; guarded by this, as the rest
    private long liveBytes;
    private long idleBytes;

    DeviceMemory(CudaDevice device) {
        this.device = device;
    }

    /**
     * A block whose bytes hold anything.
     *
     * @param bytes at least this many, ≥ 1
     * @param label what messages call it
     * @throws FusedRnnException if there is not that much; says how many bytes were asked for, are free and are held
     */
    public DeviceBlock allocate(long bytes, String label) {
        long rounded = sizeClass(bytes);
        long address = take(rounded, bytes, label);
        try {
            return new DeviceBlock(this, address, rounded, label);
        } catch (RuntimeException | Error e) {
            giveBack(address, rounded);
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
        long limit = limit();
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

    synchronized void giveBack(long address, long rounded) {
        liveBytes -= rounded;
        idleBytes += rounded;
        idle.computeIfAbsent(rounded, size -> new ArrayDeque<>()).push(address);
    }

    private FusedRnnException refusal(int status, String label, long bytes, long free, String why) {
        return CudaStatus.failure(
                status,
                "cudaMalloc",
                label + ": asked for " + bytes + " bytes on " + device + ", free are " + free + " (" + why
                        + "), held are " + liveBytes);
    }

    /** Eight sizes to each power of two: at most an eighth is wasted, and blocks of nearly the same size serve one another. */
    static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >> 3);
        return Math.multiplyExact((bytes - 1) / step + 1, step);
    }

    /** Bytes of all blocks that have not been given back. */
    public synchronized long liveBytes() {
        return liveBytes;
    }

    /** Bytes that the pool keeps for later. */
    public synchronized long idleBytes() {
        return idleBytes;
    }

    /** Gives what the pool keeps back to the driver. */
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

    /** Bytes that the driver has free now; −1 if it does not say. */
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

    /** A value that cannot be read as a number must not pass for no limit. */
    private static long limit() {
        String value = System.getProperty(PROPERTY);
        if (value == null) {
            return 0;
        }
        try {
            long limit = Long.parseLong(value.strip());
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                PROPERTY + ": '" + value + "' (expected: a number of bytes, digits alone; 0 = what the device has)");
    }
}
