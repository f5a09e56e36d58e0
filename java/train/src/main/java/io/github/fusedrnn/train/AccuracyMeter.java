package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/** The share of correct answers since the last reset. One thread at a time. */
public final class AccuracyMeter {
    private long correct;
    private long counted;

    /** Adds one measurement. */
    public void add(ClassificationLoss loss) {
        add(loss.correct(), loss.counted());
    }

    /**
     * Adds one measurement.
     *
     * @throws IllegalArgumentException unless 0 ≤ right ≤ all
     */
    public void add(long right, long all) {
        Checks.argument(right >= 0 && right <= all, "right", right + " of " + all, "0 <= right <= all");
        correct += right;
        counted += all;
    }

    /** Share of correct answers, 0 to 1; NaN if nothing was counted. */
    public double accuracy() {
        return (double) correct / counted;
    }

    /** How many were counted since the last reset. */
    public long counted() {
        return counted;
    }

    /** Forgets all measurements. */
    public void reset() {
        correct = 0;
        counted = 0;
    }
}
