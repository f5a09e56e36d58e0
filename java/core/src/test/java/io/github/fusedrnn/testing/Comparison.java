package io.github.fusedrnn.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** How two tensors are held against each other: error relative to the expected tensor's largest value. */
public final class Comparison {
    private Comparison() {}

    /**
     * Fails unless the largest difference is within the tolerance, relative to the largest expected value; a tensor that should be zero must
     * be exactly zero.
     *
     * @param what case and tensor, for the message
     * @return the relative error
     */
    public static double check(String what, double[] actual, double[] expected, double tolerance) {
        assertThat(actual).as("%s: number of elements", what).hasSize(expected.length);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        int worst = -1;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            double d = Math.abs(actual[i] - expected[i]);
            // written so that NaN counts as worse than anything
            if (!(d <= difference)) {
                difference = d;
                worst = i;
            }
        }
        if (worst < 0) {
            return 0;
        }
        double error = largest == 0 ? Double.POSITIVE_INFINITY : difference / largest;
        assertThat(error)
                .as(
                        "%s: relative error, worst at element %d of %d: %s instead of %s, largest expected value %s",
                        what, worst, expected.length, actual[worst], expected[worst], largest)
                .isLessThanOrEqualTo(tolerance);
        return error;
    }
}
