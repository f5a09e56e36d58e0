package io.github.fusedrnn.cudnn.internal.dense;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for what a call needs while it runs: integers from the host, and partial sums. Grows to the largest size asked for; the next
 * call may overwrite what this one put there, because the stream runs them in order. Not thread-safe: the caller holds the stream's lock.
 */
final class Scratch {
    private final CudaDevice device;
    private @Nullable DeviceBlock ints;
    private @Nullable DeviceBlock doubles;

    Scratch(CudaDevice device) {
        this.device = device;
    }

    /** Copies integers to the device; answers where they are. */
    long put(int[] values) {
        DeviceBlock block = grown(ints, (long) values.length * Integer.BYTES, "numbers of rows");
        ints = block;
        device.staging().write(block.address(), values, 0, values.length);
        return block.address();
    }

    /** Room for {@code count} float64 numbers of any value, always at the same place once it is large enough. */
    long doubles(long count) {
        DeviceBlock block = grown(doubles, count * Double.BYTES, "partial sums");
        doubles = block;
        return block.address();
    }

    private DeviceBlock grown(@Nullable DeviceBlock block, long bytes, String label) {
        if (block != null && block.bytes() >= bytes) {
            return block;
        }
        DeviceBlock larger = device.memory().allocate(bytes, label);
        if (block != null) {
            block.close();
        }
        return larger;
    }
}
