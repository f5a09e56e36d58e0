package io.github.fusedrnn.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shape as its label says it: {@code T64_N32_C128_H256_L1}.
 *
 * @param t steps
 * @param n rows
 * @param c input size
 * @param h hidden size
 * @param layers layers
 */
record Shape(int t, int n, int c, int h, int layers) {
    private static final Pattern LABEL = Pattern.compile("T(\\d+)_N(\\d+)_C(\\d+)_H(\\d+)_L(\\d+)");

    static Shape of(String label) {
        Matcher match = LABEL.matcher(label);
        if (!match.matches()) {
            throw new IllegalArgumentException("shape: '" + label + "' (expected: such as T64_N32_C128_H256_L1)");
        }
        int[] sizes = new int[match.groupCount()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Integer.parseInt(match.group(i + 1));
        }
        return new Shape(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
    }
}
