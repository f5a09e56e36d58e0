package io.github.fusedrnn.check;

import java.util.List;

/** Takes a tensor's elements one by one and keeps the worst. Mutable, one thread. */
final class ErrorMeter {
    private final String tensor;
    private final List<Long> shape;
    private long compared;
    private long skipped;
    private double largest;
    private double difference;
    private long worst = -1;
    private double worstActual;
    private double worstExpected;

    ErrorMeter(String tensor, List<Long> shape) {
        this.tensor = tensor;
        this.shape = shape;
    }

    void add(long element, double actual, double expected) {
        compared++;
        largest = Math.max(largest, Math.abs(expected));
        double d = actual == expected ? 0 : Math.abs(actual - expected);
        // written so that NaN is worse than anything, and stays
        if (!(d <= difference) && !Double.isNaN(difference)) {
            difference = d;
            worst = element;
            worstActual = actual;
            worstExpected = expected;
        }
    }

    void skip() {
        skipped++;
    }

    /** The largest absolute expected value so far. */
    double largest() {
        return largest;
    }

    TensorError result(double tolerance) {
        double relative = worst < 0 ? 0 : difference / largest;
        return new TensorError(
                tensor, shape, compared, skipped, relative, tolerance, worst, worstActual, worstExpected);
    }
}
