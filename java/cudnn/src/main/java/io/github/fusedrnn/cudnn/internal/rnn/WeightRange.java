package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;

/**
 * Refuses weights that would become infinite where numbers are stored in 16 bits, as the CPU backend does. It reads them all and waits for
 * that, so it is for weights that are packed once and not for those of each training step.
 *
 * @param math what weights are stored in
 */
record WeightRange(MathMode math) {
    private static final int AT_ONCE = 1 << 16;

    /**
     * Looks at the first {@code size} weights.
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
