package io.github.fusedrnn.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shape, written as a label: {@code T64_N32_C128_H256_L1}, or {@code T64_N32_C128_H256_L1_D2} if bidirectional.
 *
 * @param t steps
 * @param n rows
 * @param c input size
 * @param h hidden size
 * @param layers layers
 * @param directions 1, or 2 = bidirectional with concatenated outputs
 */
record Shape(int t, int n, int c, int h, int layers, int directions) {
    private static final Pattern LABEL = Pattern.compile("T(\\d+)_N(\\d+)_C(\\d+)_H(\\d+)_L(\\d+)(?:_D([12]))?");

    static Shape of(String label) {
        Matcher match = LABEL.matcher(label);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "shape: '" + label + "' (expected: for example T64_N32_C128_H256_L1 or T64_N32_C128_H256_L1_D2)");
        }
        return new Shape(
                Integer.parseInt(match.group(1)),
                Integer.parseInt(match.group(2)),
                Integer.parseInt(match.group(3)),
                Integer.parseInt(match.group(4)),
                Integer.parseInt(match.group(5)),
                match.group(6) == null ? 1 : Integer.parseInt(match.group(6)));
    }

    /** Columns of y. */
    int outputWidth() {
        return directions * h;
    }

    /** L*D. */
    int stateLayers() {
        return layers * directions;
    }

    /** Floating-point operations of the matrix products of one row over all steps. */
    double flopsOfRow(int gates) {
        double flops = 0;
        for (int layer = 0; layer < layers; layer++) {
            int width = layer == 0 ? c : outputWidth();
            flops += 2.0 * gates * h * (width + h) * directions;
        }
        return flops * t;
    }
}
