package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * A moving average that forgets: s = keep · s + (1 − keep) · value, divided by 1 − keep^count, so that it is right from
 * the first value on. For the loss that a progress line shows. One thread at a time.
 */
public final class SmoothedMeter {
    private final double keep;
    private double average;
    private double weight;

    /**
     * An empty average.
     *
     * @param keep share of the past that stays with each value, 0 ≤ keep &lt; 1
     * @throws IllegalArgumentException if it is out of range
     */
    public SmoothedMeter(double keep) {
        Checks.argument(keep >= 0 && keep < 1, "keep", keep, "0 <= keep < 1");
        this.keep = keep;
    }

    /** Adds one value. */
    public void add(double value) {
        average = keep * average + (1 - keep) * value;
        weight = keep * weight + (1 - keep);
    }

    /** The average; NaN before the first value. */
    public double value() {
        return average / weight;
    }

    /** Starts anew. */
    public void reset() {
        average = 0;
        weight = 0;
    }
}
