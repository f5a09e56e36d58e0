package io.github.fusedrnn.cudnn.internal.device;

import org.jspecify.annotations.Nullable;

/**
 * Device memory that grows to the largest size asked for; what it holds is gone when it grows. A new block is not cleared. One thread at a
 * time.
 */
public final class Scratch implements AutoCloseable {
    private final CudaDevice device;
    private final String label;
    private @Nullable DeviceBlock block;
    private long moves;

    /** Nothing yet; the caller closes it. */
    public Scratch(CudaDevice device, String label) {
        this.device = device;
        this.label = label;
    }

    /** Where at least so many bytes are. */
    public long atLeast(long bytes) {
        DeviceBlock now = block;
        if (now == null || now.bytes() < bytes) {
            // The new one first: if there is no memory for it, the old one still serves smaller calls.
            DeviceBlock next = device.memory().allocate(Math.max(bytes, 1), label);
            close();
            block = next;
            moves++;
            now = next;
        }
        return now.address();
    }

    /** Where it is, 0 if it is not yet. */
    public long address() {
        DeviceBlock now = block;
        return now == null ? 0 : now.address();
    }

    /** Rises whenever it is somewhere else. */
    public long moves() {
        return moves;
    }

    /** What it holds now. */
    public long bytes() {
        DeviceBlock now = block;
        return now == null ? 0 : now.bytes();
    }

    /** Gives back what it holds; it may be used again. */
    @Override
    public void close() {
        DeviceBlock now = block;
        if (now != null) {
            block = null;
            now.close();
        }
    }
}
