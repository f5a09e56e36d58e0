package io.github.fusedrnn.peers;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.check.LayerGradients;
import io.github.fusedrnn.check.ReferenceLayer;
import io.github.fusedrnn.check.ReferenceRun;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Computes the expected result of a case with the float64 reference. */
final class Oracle {
    /** Number of step calls before the check: enough to detect a state that is not carried. */
    private static final int CARRIED_CALLS = 6;

    /**
     * Allowed error as a multiple of FusedRNN's own float32 tolerance. More than 1 because the peers' approximations of tanh and the logistic
     * function are off by a few units of 1e-7 beyond rounding: the check is for a correct result, not for FusedRNN's last bit.
     */
    private static final double SLACK = 8;

    private Oracle() {}

    static ExpectedResult expected(CaseSpec spec, CaseData data) {
        ReferenceLayer layer = reference(spec, data);
        return spec.training() ? ofTraining(spec, data, layer) : ofInference(spec, data, layer);
    }

    private static ExpectedResult ofInference(CaseSpec spec, CaseData data, ReferenceLayer layer) {
        int calls = spec.carriesState() ? CARRIED_CALLS : 1;
        int[] rows =
                IntStream.of(0, spec.rows() / 2, spec.rows() - 1).distinct().toArray();
        int width = spec.inputSize();
        // Repeated calls of a step are a sequence of the same x.
        double[] x = new double[calls * spec.steps() * rows.length * width];
        for (int t = 0; t < calls * spec.steps(); t++) {
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < width; c++) {
                    int from = ((t % spec.steps()) * spec.rows() + rows[r]) * width + c;
                    x[(t * rows.length + r) * width + c] = data.x()[from];
                }
            }
        }
        SequenceInput input = SequenceInput.of(calls * spec.steps(), rows.length, x);
        if (data.lengths() != null) {
            int[] all = data.lengths();
            input = input.withLengths(IntStream.of(rows).map(row -> all[row]).toArray());
        }
        double[] y = layer.forward(input).y();
        int last = spec.steps() * rows.length * spec.outputSize();
        double[] output = new double[last];
        System.arraycopy(y, y.length - last, output, 0, last);
        return new ExpectedResult(calls, rows, output, Map.of(), tolerance(spec, layer));
    }

    private static ExpectedResult ofTraining(CaseSpec spec, CaseData data, ReferenceLayer layer) {
        ReferenceRun run = layer.forward(SequenceInput.of(spec.steps(), spec.rows(), widened(data.x())));
        LayerGradients gradients = run.backward(widened(data.dy()), null, null);
        Map<String, double[]> byName = new LinkedHashMap<>();
        byName.put("x", gradients.dx());
        data.weights().keySet().forEach(name -> byName.put(name, gradients.weight(name)));
        return new ExpectedResult(
                1, IntStream.range(0, spec.rows()).toArray(), run.y(), byName, tolerance(spec, layer));
    }

    private static double tolerance(CaseSpec spec, ReferenceLayer layer) {
        return SLACK * Tolerances.float32(layer.config(), spec.steps(), spec.rows());
    }

    private static ReferenceLayer reference(CaseSpec spec, CaseData data) {
        RecurrentBuilder<?> builder =
                switch (spec.cell()) {
                    case RNN -> Rnn.builder(spec.inputSize(), spec.hiddenSize()).activations(Activation.TANH);
                    case LSTM -> Lstm.builder(spec.inputSize(), spec.hiddenSize());
                    case GRU -> Gru.builder(spec.inputSize(), spec.hiddenSize());
                };
        builder.backend(BackendKind.REFERENCE)
                .layers(spec.layers())
                .direction(spec.bidirectional() ? Direction.BIDIRECTIONAL : Direction.FORWARD)
                .weights(data.weights());
        try (RecurrentLayer layer = builder.build()) {
            return ReferenceLayer.of(layer);
        }
    }

    static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
