package io.github.fusedrnn.benchmarks;

/**
 * Fails a benchmark that computes wrong values.
 *
 * @param about name of the case
 * @param allowed largest error, relative to the largest value of a tensor
 */
record Deviation(String about, double allowed) {
    void require(String name, float[] actual, float[] expected) {
        if (actual.length != expected.length) {
            throw new IllegalStateException(
                    about + ", " + name + ": " + actual.length + " values (expected: " + expected.length + ")");
        }
        double worst = 0;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - (double) actual[i]);
            worst = Math.max(worst, error); // keeps a NaN
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        if (!(worst <= allowed * largest)) {
            throw new IllegalStateException(about + ", " + name + ": error " + worst + ", largest value " + largest
                    + " (expected: an error of at most " + allowed + " times the largest value)");
        }
    }
}
