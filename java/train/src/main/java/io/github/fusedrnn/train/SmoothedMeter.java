package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * An exponential moving average with bias correction: s = decay · s + (1 − decay) · value, divided by 1 − decay^count. For
 * the loss that a progress line shows. One thread at a time.
 */
public final class SmoothedMeter {
    private final double decay;
    private double average;
    private double weight;

    /**
     * An empty average.
     *
     * @param decay factor of the past at each value, 0 ≤ decay &lt; 1
     * @throws IllegalArgumentException if it is out of range
     */
    public SmoothedMeter(double decay) {
        Checks.argument(decay >= 0 && decay < 1, "decay", decay, "0 <= decay < 1");
        this.decay = decay;
    }

    /** Adds one value. */
    public void add(double value) {
        average = decay * average + (1 - decay) * value;
        weight = decay * weight + (1 - decay);
    }

    /** The average; NaN before the first value. */
    public double value() {
        return average / weight;
    }

    /** Forgets all measurements. */
    public void reset() {
        average = 0;
        weight = 0;
    }
}
