package io.github.fusedrnn.formats;

import io.github.fusedrnn.check.ReferenceLayer;
import io.github.fusedrnn.check.ReferenceRun;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An input and what the layer gave for it where it was trained: the proof that an import understood the weights.
 *
 * @param steps T
 * @param rows N
 * @param lengths valid steps of each row, or null for all
 * @param x input, in the layout that the description names
 * @param h0 initial h, or null for zeros
 * @param c0 initial c, or null for zeros
 * @param y expected output, in the layout that the description names
 * @param hn expected final h, or null if not known
 * @param cn expected final c, or null if not known
 */
public record GoldenRun(
        int steps,
        int rows,
        int @Nullable [] lengths,
        double[] x,
        double @Nullable [] h0,
        double @Nullable [] c0,
        double[] y,
        double @Nullable [] hn,
        double @Nullable [] cn) {

    /** Below this, frameworks differ by how they approximate exp and tanh. */
    private static final double APPROXIMATIONS = 1e-5;

    /** Products that a check may cost: some ten seconds of the reference. */
    private static final double MAX_PRODUCTS = 0x1p33;

    /**
     * Runs the reference with these weights and compares.
     *
     * @param config the layer
     * @param weights canonical weights
     * @return what was compared, and the worst error relative to the largest value of its tensor
     * @throws IllegalArgumentException if sizes disagree with the layer, the run is too large to be checked, or the result is another one
     */
    public String prove(RecurrentConfig config, Map<String, float[]> weights) {
        double products = 0;
        ReferenceLayer layer = ReferenceLayer.of(config);
        for (Map.Entry<String, float[]> entry : weights.entrySet()) {
            products += (double) steps * rows * entry.getValue().length;
            layer.setWeight(entry.getKey(), widen(entry.getValue()));
        }
        if (products > MAX_PRODUCTS) {
            throw Checks.wrong(
                    "golden run",
                    steps + " steps of " + rows + " rows take " + products + " products",
                    "at most " + MAX_PRODUCTS);
        }
        SequenceInput input = SequenceInput.of(steps, rows, x).withState(h0, c0);
        ReferenceRun run = layer.forward(lengths == null ? input : input.withLengths(lengths));
        double limit = Math.max(APPROXIMATIONS, Tolerances.float32(config, steps, rows));
        double worst = compare("output", run.y(), y, limit);
        if (hn != null) {
            worst = Math.max(worst, compare("h_n", run.hn(), hn, limit));
        }
        if (cn != null) {
            worst = Math.max(worst, compare("c_n", run.cn(), cn, limit));
        }
        return String.format(
                java.util.Locale.ROOT,
                "golden run of %d steps, %d rows reproduced by the reference, worst relative error %.1e (limit %.1e)",
                steps,
                rows,
                worst,
                limit);
    }

    private static double compare(String name, double[] actual, double[] expected, double limit) {
        if (actual.length != expected.length) {
            throw Checks.wrong("golden " + name, expected.length + " elements", actual.length);
        }
        double largest = 0;
        int at = 0;
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double error = Math.abs(actual[i] - expected[i]);
            // NaN is worse than anything
            if (!(error <= worst)) {
                worst = error;
                at = i;
            }
        }
        double relative = worst == 0 ? 0 : worst / largest;
        if (!(relative <= limit)) {
            throw Checks.wrong(
                    "golden " + name + ", element " + at,
                    "the reference gives " + actual[at] + " with these weights",
                    expected[at] + ", relative error at most " + limit);
        }
        return relative;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
