package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** What the contracts compare with, and how closely. */
final class Numbers {
    /** Spacing of float32 at 1. */
    private static final double EPSILON = 0x1p-23;

    private Numbers() {}

    /**
     * Error allowed relative to the largest expected value of a tensor: a float32 sum of {@code terms} products errs by
     * about ε √terms, and the factor 4 leaves room for the few operations around the sum (activation, bias, final
     * rounding).
     */
    static double tolerance(long terms) {
        return 4 * EPSILON * Math.sqrt((double) terms);
    }

    static float[] random(long seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return values;
    }

    static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    /**
     * Gradient of {@code f} at {@code at}, in float64: the error is about 1e-10 for values and derivatives around 1.
     */
    static double[] centralDifferences(ToDoubleFunction<double[]> f, double[] at) {
        double h = 1e-5;
        double[] gradient = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double kept = at[i];
            at[i] = kept + h;
            double above = f.applyAsDouble(at);
            at[i] = kept - h;
            double below = f.applyAsDouble(at);
            at[i] = kept;
            gradient[i] = (above - below) / (2 * h);
        }
        return gradient;
    }

    /**
     * Fails with the worst element unless every difference is within {@code tolerance} of the largest expected value.
     */
    static void assertClose(String what, float[] actual, double[] expected, double tolerance) {
        assertThat(actual).as("%s: number of elements", what).hasSize(expected.length);
        double largest = 0;
        int worst = 0;
        double difference = -1;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double d = Math.abs(actual[i] - expected[i]);
            if (!(d <= difference)) { // NaN is worse than anything
                difference = d;
                worst = i;
            }
        }
        assertThat(difference)
                .as(
                        "%s: worst at element %d of %d: %s instead of %s, largest expected value %s",
                        what, worst, expected.length, actual[worst], expected[worst], largest)
                .isLessThanOrEqualTo(tolerance * largest);
    }
}
