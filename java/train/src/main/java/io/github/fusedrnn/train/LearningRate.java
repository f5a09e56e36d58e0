package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/** A learning rate schedule: the rate as a function of the epochs done. Implementations are stateless and free to share. */
@FunctionalInterface
public interface LearningRate {
    /**
     * The rate of a step.
     *
     * @param epochs passes over the data before it, also parts of one
     */
    float at(double epochs);

    /** Always the same. */
    static LearningRate constant(float rate) {
        Checks.notNegative("rate", rate);
        return epochs -> rate;
    }

    /**
     * Constant for some epochs, then multiplied by {@code factor} at the start of each further one.
     *
     * @param whole epochs of the first rate, at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    static LearningRate decayAfter(float rate, double factor, int whole) {
        Checks.notNegative("rate", rate);
        Checks.argument(factor > 0 && factor <= 1, "factor", factor, "0 < factor <= 1");
        Checks.positive("whole", whole);
        return epochs -> (float) (rate * Math.pow(factor, Math.max(0, Math.floor(epochs) + 1 - whole)));
    }

    /**
     * Linear from the first to the last rate, then constant.
     *
     * @throws IllegalArgumentException if a rate is negative or {@code epochs} not positive
     */
    static LearningRate linear(float first, float last, double epochs) {
        Checks.notNegative("first", first);
        Checks.notNegative("last", last);
        Checks.argument(epochs > 0 && Double.isFinite(epochs), "epochs", epochs, "a finite number > 0");
        return done -> (float) (first + (last - first) * Math.min(1, done / epochs));
    }
}
