package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.config.RecurrentConfig;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call with known results, brought into the canonical layout, whatever system it came from. Arrays are not copied.
 *
 * @param name of the case
 * @param exact whether the expected values are float64, else they carry float32's rounding
 * @param config the layer
 * @param t T
 * @param n N
 * @param lengths {@code [N]}, or null
 * @param weights by canonical name
 * @param x input, in the layout of {@code config}
 * @param h0 initial h, or null
 * @param c0 initial c, or null
 * @param dy upstream gradient of y, or null
 * @param dhn upstream gradient of the final h, or null
 * @param dcn upstream gradient of the final c, or null
 * @param expected results by PyTorch's name: output, h_n, c_n, grad.input, grad.h_0, grad.c_0, grad.(parameter); those
 *     that are known
 */
record ConformanceCase(
        String name,
        boolean exact,
        RecurrentConfig config,
        int t,
        int n,
        int @Nullable [] lengths,
        Map<String, double[]> weights,
        double[] x,
        double @Nullable [] h0,
        double @Nullable [] c0,
        double @Nullable [] dy,
        double @Nullable [] dhn,
        double @Nullable [] dcn,
        Map<String, Expected> expected) {

    /** What float64 has to reach. */
    private static final double EXACT_LIMIT = 1e-10;
    /** What float32 may never pass: PyTorch's own float32 stays within 1.1e-6 of its float64 on the golden cases. */
    private static final double FLOAT_LIMIT = 2e-5;
    /** What float32 should reach, and what it should reach where rounding piles up over many steps. */
    private static final double FLOAT_AIM = 4e-6;

    private static final double LONG_AIM = 1e-5;
    private static final int LONG = 200;

    /**
     * What a tensor should be.
     *
     * @param values row-major
     * @param shape its dimensions
     */
    record Expected(double[] values, List<Long> shape) {}

    /** Whether any gradient is expected. */
    boolean hasGradients() {
        return expected.keySet().stream().anyMatch(name -> name.startsWith("grad."));
    }

    /**
     * The error that is a miss, relative to the tensor's largest value.
     *
     * @param inDoubles whether the computation to be judged runs in float64
     */
    double limit(boolean inDoubles) {
        return exact && inDoubles ? EXACT_LIMIT : FLOAT_LIMIT;
    }

    /** The error that is worth a remark. */
    double aim(boolean inDoubles) {
        return exact && inDoubles ? EXACT_LIMIT : t >= LONG ? LONG_AIM : FLOAT_AIM;
    }
}
