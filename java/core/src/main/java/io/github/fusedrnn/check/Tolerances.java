package io.github.fusedrnn.check;

import io.github.fusedrnn.config.RecurrentConfig;

/**
 * How far two computations of the same layer may be apart: the one home of the tolerances. All are relative to the largest absolute value
 * of the tensor in question.
 */
public final class Tolerances {
    /** Largest relative error of rounding a number to float32. */
    private static final double FLOAT32_ROUNDING = 0x1p-24;

    /** Product, sum, activation and state are each rounded. */
    private static final int ROUNDINGS = 4;

    /** Truncation of central differences: h² = 6e-11 times f'''/6f', for which 1,600 is a generous guess. */
    private static final double CENTRAL_DIFFERENCES = 1e-7;

    private Tolerances() {}

    /**
     * Float32 against float64, outputs, states and gradients: {@code eps · k · √terms}. Rounding errors of single terms are independent, so
     * that they grow as the root of how many there are. The longest sums have T·(C + S) terms (an output, through the recurrence; S is the
     * width of h) or T·N (a weight's gradient), in each of L layers; k = 4 roundings for each term: product, sum, activation, state.
     *
     * @param config the layer
     * @param steps T
     * @param rows N
     */
    public static double float32(RecurrentConfig config, long steps, long rows) {
        long width = (long) Math.max(config.inputSize(), config.outputSize()) + config.stateSize();
        double terms = (double) steps * Math.max(rows, width) * config.layers();
        return FLOAT32_ROUNDING * ROUNDINGS * Math.sqrt(terms);
    }

    /** Float64 central differences against float64 gradients, their own rounding noise not counted. */
    static double centralDifferences() {
        return CENTRAL_DIFFERENCES;
    }
}
