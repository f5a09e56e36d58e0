package io.github.fusedrnn.peers;

import java.util.Arrays;
import java.util.Collection;

/** Median and geometric mean. */
final class Statistics {
    private Statistics() {}

    /** The middle value, or the mean of the two middle values. */
    static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values: none (expected: at least one)");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static double median(Collection<Double> values) {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The geometric mean; NaN if there are no values. */
    static double geometricMean(Collection<Double> values) {
        return Math.exp(values.stream().mapToDouble(Math::log).average().orElse(Double.NaN));
    }
}
