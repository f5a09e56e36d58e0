package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.RecurrentConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call with known results, in the canonical layout, whatever system it came from. Arrays are not copied.
 *
 * @param name of the case
 * @param config the layer
 * @param t T
 * @param n N
 * @param lengths {@code [N]}, or null
 * @param weights canonical block
 * @param x input
 * @param h0 initial h, or null
 * @param c0 initial c, or null
 * @param dy upstream gradient of y, or null
 * @param dhn upstream gradient of the final h, or null
 * @param dcn upstream gradient of the final c, or null
 * @param expected results by name: output, h_n, c_n, grad.input, grad.h_0, grad.c_0, grad.(parameter); those that are known
 */
public record GoldenCase(
        String name,
        RecurrentConfig config,
        int t,
        int n,
        int @Nullable [] lengths,
        double[] weights,
        double[] x,
        double @Nullable [] h0,
        double @Nullable [] c0,
        double @Nullable [] dy,
        double @Nullable [] dhn,
        double @Nullable [] dcn,
        Map<String, double[]> expected) {}
