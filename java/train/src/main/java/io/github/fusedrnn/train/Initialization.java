package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.weights.Initializer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How the weights of a new dense layer or embedding are drawn. Implementations are stateless and free to share; the
 * same seed gives the same weights.
 */
@FunctionalInterface
public interface Initialization {
    /**
     * Fills one tensor.
     *
     * @param fanIn values that each output is computed from
     * @param fanOut outputs that each input goes to
     * @param random drawn from in row-major order
     * @param values to fill
     */
    void fill(long fanIn, long fanOut, SplittableRandom random, float[] values);

    /** Which width the spread of {@link #xavier} follows. */
    enum Fan {
        /** The inputs: keeps the size of activations. */
        IN,
        /** The outputs: keeps the size of gradients. */
        OUT,
        /** Half of both together. */
        AVERAGE
    }

    /** The shape of the density. */
    enum Distribution {
        /** Uniform in ±scale. */
        UNIFORM,
        /** Normal with standard deviation scale. */
        NORMAL
    }

    /** Everything zero. */
    static Initialization zeros() {
        return (fanIn, fanOut, random, values) -> Arrays.fill(values, 0);
    }

    /**
     * Uniform in [low, high).
     *
     * @throws IllegalArgumentException unless low &lt; high and both are finite
     */
    static Initialization uniform(double low, double high) {
        Checks.argument(
                low < high && Double.isFinite(high - low),
                "low, high",
                low + ", " + high,
                "finite numbers, low < high");
        return (fanIn, fanOut, random, values) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (low + (high - low) * random.nextDouble());
            }
        };
    }

    /**
     * Normal.
     *
     * @throws IllegalArgumentException unless both are finite and {@code sigma} is not negative
     */
    static Initialization normal(double mean, double sigma) {
        Checks.argument(
                Double.isFinite(mean) && sigma >= 0 && Double.isFinite(sigma),
                "mean, sigma",
                mean + ", " + sigma,
                "finite numbers, sigma >= 0");
        return (fanIn, fanOut, random, values) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (mean + sigma * random.nextGaussian());
            }
        };
    }

    /**
     * scale = √(magnitude / fan), with MXNet's names: its default is {@link Fan#AVERAGE}, magnitude 3, uniform.
     *
     * @throws IllegalArgumentException if {@code magnitude} is not positive and finite
     */
    static Initialization xavier(Fan fan, double magnitude, Distribution distribution) {
        Checks.argument(magnitude > 0 && Double.isFinite(magnitude), "magnitude", magnitude, "a finite number > 0");
        return (fanIn, fanOut, random, values) -> {
            double width =
                    switch (fan) {
                        case IN -> fanIn;
                        case OUT -> fanOut;
                        case AVERAGE -> (fanIn + fanOut) / 2.0;
                    };
            double scale = Math.sqrt(magnitude / width);
            Initialization drawn = distribution == Distribution.UNIFORM ? uniform(-scale, scale) : normal(0, scale);
            drawn.fill(fanIn, fanOut, random, values);
        };
    }

    /** Uniform in ±√(6 / (in + out)). Glorot &amp; Bengio 2010. */
    static Initialization glorotUniform() {
        return xavier(Fan.AVERAGE, 3, Distribution.UNIFORM);
    }

    /** Normal with standard deviation √(2 / (in + out)). Glorot &amp; Bengio 2010. */
    static Initialization glorotNormal() {
        return xavier(Fan.AVERAGE, 1, Distribution.NORMAL);
    }

    /**
     * The same for the matrices of a recurrent layer, whole matrices {@code [G*H, in]} at a time; its vectors are zero.
     */
    default Initializer recurrent() {
        return (spec, desc, random, values) -> {
            if (spec.shape().size() == 2) {
                fill(spec.shape().get(1), spec.shape().get(0), random, values);
            } else {
                Arrays.fill(values, 0);
            }
        };
    }
}
