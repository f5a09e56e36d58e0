package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import org.jspecify.annotations.Nullable;

/**
 * Device memory that grows to the largest size asked for; what it holds is gone when it grows. A new block is not cleared. One thread at a
 * time.
 */
final class Scratch {
    private final CudaDevice device;
    private final String label;
    private @Nullable DeviceBlock block;
    private long moves;

    /** Nothing yet; {@code holdings} give back what it will hold. */
    Scratch(CudaDevice device, String label, Holdings holdings) {
        this.device = device;
        this.label = label;
        holdings.add(this::free);
    }

    /** Where at least so many bytes are. */
    long atLeast(long bytes) {
        DeviceBlock now = block;
        if (now == null || now.bytes() < bytes) {
            // The new one first: if there is no memory for it, the old one still serves smaller calls.
            DeviceBlock next = device.memory().allocate(Math.max(bytes, 1), label);
            free();
            block = next;
            moves++;
            now = next;
        }
        return now.address();
    }

    /** Where it is, 0 if it is not yet. */
    long address() {
        DeviceBlock now = block;
        return now == null ? 0 : now.address();
    }

    /** Rises whenever it is somewhere else. */
    long moves() {
        return moves;
    }

    long bytes() {
        DeviceBlock now = block;
        return now == null ? 0 : now.bytes();
    }

    private void free() {
        DeviceBlock now = block;
        if (now != null) {
            block = null;
            now.close();
        }
    }
}
