package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/** The mean loss since the last reset. One thread at a time. */
public final class LossMeter {
    private double sum;
    private long counted;

    /** Adds one measurement. */
    public void add(Loss loss) {
        add(loss.sum(), loss.counted());
    }

    /** Adds one measurement. */
    public void add(ClassificationLoss loss) {
        add(loss.sum(), loss.counted());
    }

    /**
     * Adds one measurement.
     *
     * @param lossSum plain sum of losses
     * @param count how many; may be 0
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public void add(double lossSum, long count) {
        Checks.argument(count >= 0, "count", count, "an integer >= 0");
        sum += lossSum;
        counted += count;
    }

    /** Mean of everything since the last reset; NaN if nothing was counted. */
    public double mean() {
        return sum / counted;
    }

    /** e to the mean, which must be in nats; NaN if nothing was counted. */
    public double perplexity() {
        return Math.exp(mean());
    }

    /** How much was counted since the last reset. */
    public long counted() {
        return counted;
    }

    /** Forgets all measurements. */
    public void reset() {
        sum = 0;
        counted = 0;
    }
}
