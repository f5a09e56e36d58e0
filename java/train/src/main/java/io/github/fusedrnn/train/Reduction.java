package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * How a loss becomes one number; its gradient is that of this number. Immutable.
 *
 * @param mean whether the sum is divided by what was counted: elements, or rows whose label is not ignored; nothing
 *     counted gives 0
 * @param factor multiplies the result
 */
public record Reduction(boolean mean, float factor) {
    /** Refuses a factor that is not finite. */
    public Reduction {
        Checks.argument(Float.isFinite(factor), "factor", factor, "a finite number");
    }

    /** Σ. */
    public static Reduction sum() {
        return new Reduction(false, 1);
    }

    /** Σ / counted. */
    public static Reduction average() {
        return new Reduction(true, 1);
    }

    /** The same, multiplied by {@code more}. */
    public Reduction times(float more) {
        return new Reduction(mean, factor * more);
    }

    /** What the sum, and with it every gradient, is multiplied by. */
    double scale(long counted) {
        return mean ? factor / (double) Math.max(counted, 1) : factor;
    }
}
