package io.github.fusedrnn.cudnn.internal.device;

import org.jspecify.annotations.Nullable;

/**
 * Device memory that grows to the largest size requested; its contents are lost when it grows, and a new block is not cleared. One thread at a time.
 */
public final class Scratch implements AutoCloseable {
    private final CudaDevice device;
    private final String label;
    private @Nullable DeviceBlock block;
    private long moves;

    /** Without memory at first; the caller closes it. */
    public Scratch(CudaDevice device, String label) {
        this.device = device;
        this.label = label;
    }

    /** The address of at least so many bytes. */
    public long atLeast(long bytes) {
        DeviceBlock now = block;
        if (now == null || now.bytes() < bytes) {
            // Allocates the new block first: without memory for it, the old one still serves smaller calls.
            DeviceBlock next = device.memory().allocate(Math.max(bytes, 1), label);
            close();
            block = next;
            moves++;
            now = next;
        }
        return now.address();
    }

    /** Its address; 0 before the first allocation. */
    public long address() {
        DeviceBlock now = block;
        return now == null ? 0 : now.address();
    }

    /** Rises whenever its address changes. */
    public long moves() {
        return moves;
    }

    /** Bytes held now. */
    public long bytes() {
        DeviceBlock now = block;
        return now == null ? 0 : now.bytes();
    }

    /** Frees its memory; it may be used again. */
    @Override
    public void close() {
        DeviceBlock now = block;
        if (now != null) {
            block = null;
            now.close();
        }
    }
}
