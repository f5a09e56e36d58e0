package io.github.fusedrnn.check;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.LayerWeights;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.weights.MeasuredAccuracy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Measures what a layer's {@link io.github.fusedrnn.config.Precision} costs on its own weights: one call of the layer against the same call of the
 * reference in float64 with the uncompressed weights.
 *
 * <pre>{@code
 * PrecisionReport report = PrecisionCheck.measure(layer, SequenceInput.of(steps, rows, x));
 * System.out.println(report);
 * System.out.println(layer.explain());                   // says it too
 * }</pre>
 *
 * <p>The reference is slow: some seconds for T = 20 steps of a layer of 1,024 units. Thread-safe, as far as the layer is.
 */
public final class PrecisionCheck {
    private PrecisionCheck() {}

    /**
     * Measures on generated input, uniform in [−1, 1), with zero initial states. Give your own input where you have some: errors depend on it.
     *
     * @param steps T ≥ 1
     * @param rows N ≥ 1
     * @param seed of the input
     */
    public static PrecisionReport measure(RecurrentLayer layer, int steps, int rows, long seed) {
        if (steps < 1 || rows < 1) {
            throw Checks.wrong("steps, rows", steps + ", " + rows, "at least one step and one row");
        }
        long size =
                Math.multiplyExact((long) steps * rows, (long) layer.config().inputSize());
        double[] x = new SplittableRandom(seed).doubles(size, -1, 1).toArray();
        return measure(layer, SequenceInput.of(steps, rows, x));
    }

    /**
     * Measures on given input, whose numbers are rounded to float32 first. The layer remembers the result for {@link
     * RecurrentLayer#explain()}.
     *
     * @throws IllegalArgumentException if a size disagrees with the layer
     * @throws IllegalStateException if the weights change meanwhile, or the layer is closed
     */
    public static PrecisionReport measure(RecurrentLayer layer, SequenceInput input) {
        Objects.requireNonNull(input, "input");
        long version = layer.weights().version();
        double[] weights = Widening.weights(layer.weights());
        SequenceInput rounded = rounded(input);
        LayerCall call =
                new LayerCall(new ReferenceNetwork(layer.config()), weights, rounded, new LossSum(null, null, null));
        ReferenceTape expected = call.infer();
        List<PrecisionReport.Output> outputs = new ArrayList<>();
        try (FloatTensor x = layer.newInput(call.steps, call.rows);
                FloatTensor y = layer.newOutput(call.steps, call.rows);
                RecurrentState in = layer.newState(call.rows);
                RecurrentState out = layer.newState(call.rows)) {
            x.copyFrom(narrow(call.x));
            in.h().copyFrom(narrow(call.h0));
            if (in.hasCellState()) {
                in.c().copyFrom(narrow(call.c0));
            }
            layer.infer(x, rounded.lengths(), in, y, out);
            if (layer.weights().version() != version) {
                throw new IllegalStateException("the weights changed during the measurement: measure again");
            }
            outputs.add(PrecisionReport.Output.of("y", Widening.of(y), expected.y()));
            outputs.add(PrecisionReport.Output.of("hn", Widening.of(out.h()), expected.hn()));
            if (out.hasCellState()) {
                outputs.add(PrecisionReport.Output.of("cn", Widening.of(out.c()), expected.cn()));
            }
        }
        PrecisionReport report = new PrecisionReport(layer.precision(), version, call.steps, call.rows, outputs);
        LayerWeights.of(layer.weights())
                .remember(new MeasuredAccuracy(
                        layer.precision(), version, call.steps, call.rows, report.largestError(), report.meanError()));
        return report;
    }

    private static SequenceInput rounded(SequenceInput input) {
        SequenceInput rounded = SequenceInput.of(input.steps(), input.rows(), floats(input.x()))
                .withState(present(input.h0()), present(input.c0()));
        int[] lengths = input.lengths();
        return lengths == null ? rounded : rounded.withLengths(lengths);
    }

    private static double @Nullable [] present(double @Nullable [] values) {
        return values == null ? null : floats(values);
    }

    private static double[] floats(double[] values) {
        double[] rounded = new double[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) values[i];
        }
        return rounded;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
