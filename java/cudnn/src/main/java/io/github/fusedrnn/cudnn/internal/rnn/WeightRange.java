package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;

/**
 * Refuses weights that would become infinite when stored in 16 bits, as the CPU backend does. It reads all weights and waits for the device, so it
 * is for weights that are packed once, not for those of each training step.
 *
 * @param math the data type of the stored weights
 */
record WeightRange(MathMode math) {
    private static final int AT_ONCE = 1 << 16;

    /**
     * Checks the first {@code size} weights.
     *
     * @throws IllegalArgumentException if one is finite and too large
     */
    void check(TensorStorage weights, long size) {
        FloatBuffer some = FloatBuffer.allocate((int) Math.min(size, AT_ONCE));
        for (long done = 0; done < size; done += some.limit()) {
            some.clear().limit((int) Math.min(size - done, some.capacity()));
            weights.read(done, some);
            for (int i = 0; i < some.limit(); i++) {
                float weight = some.get(i);
                if (Math.abs(weight) > math.largest() && !Float.isInfinite(weight)) {
                    throw new IllegalArgumentException("weights: " + weight + " (expected: at most " + math.largest()
                            + " for " + math.label() + "; precision FLOAT32 holds more)");
                }
            }
        }
    }
}
