package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.SplittableRandom;

/** Seeded random numbers in the sizes of a layer's arrays. Mutable, one thread. */
public final class RandomCalls {
    private final SplittableRandom random;

    public RandomCalls(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Uniform in [−range, range). */
    public double[] uniform(long size, double range) {
        return random.doubles(size, -range, range).toArray();
    }

    /** Weights large enough that activations bend and clips bind, small enough that nothing saturates. */
    public double[] weights(RecurrentConfig config) {
        return uniform(WeightLayout.of(config).size(), 1.5 / Math.sqrt(config.hiddenSize()));
    }

    public double[] x(RecurrentConfig config, int t, int n) {
        return uniform((long) t * n * config.inputSize(), 1);
    }

    public double[] y(RecurrentConfig config, int t, int n) {
        return uniform((long) t * n * config.outputSize(), 1);
    }

    public double[] h(RecurrentConfig config, int n) {
        return uniform((long) config.stateLayers() * n * config.stateSize(), 1);
    }

    public double[] c(RecurrentConfig config, int n) {
        return uniform(config.hasCellState() ? (long) config.stateLayers() * n * config.hiddenSize() : 0, 1);
    }

    /** Lengths in 0..t, unsorted; with more than one row the first is 0 and the second t. */
    public int[] lengths(int t, int n) {
        int[] lengths = random.ints(n, 0, t + 1).toArray();
        if (n > 1) {
            lengths[0] = 0;
            lengths[1] = t;
        }
        return lengths;
    }
}
