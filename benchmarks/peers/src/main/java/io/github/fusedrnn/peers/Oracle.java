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
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.RaceCase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Asks the reference for the answer of a case. */
final class Oracle {
    /** Calls of a step before it is looked at: enough that a state which is not carried shows. */
    private static final int CARRIED_CALLS = 6;

    /**
     * What a contender may be off, in the library's own tolerance for float32. Wider than one because the peers approximate tanh and the logistic
     * function to a few units of 1e-7 more than rounding: they are asked for the right answer, not for our last bit.
     */
    private static final double SLACK = 8;

    private Oracle() {}

    static Answer answer(RaceCase race, CaseData data) {
        ReferenceLayer layer = reference(race, data);
        return race.training() ? ofTraining(race, data, layer) : ofInference(race, data, layer);
    }

    private static Answer ofInference(RaceCase race, CaseData data, ReferenceLayer layer) {
        int calls = race.carriesState() ? CARRIED_CALLS : 1;
        int[] rows =
                IntStream.of(0, race.rows() / 2, race.rows() - 1).distinct().toArray();
        int width = race.inputSize();
        // A step that is called again and again is a sequence of the same x.
        double[] x = new double[calls * race.steps() * rows.length * width];
        for (int t = 0; t < calls * race.steps(); t++) {
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < width; c++) {
                    int from = ((t % race.steps()) * race.rows() + rows[r]) * width + c;
                    x[(t * rows.length + r) * width + c] = data.x()[from];
                }
            }
        }
        SequenceInput input = SequenceInput.of(calls * race.steps(), rows.length, x);
        if (data.lengths() != null) {
            int[] all = data.lengths();
            input = input.withLengths(IntStream.of(rows).map(row -> all[row]).toArray());
        }
        double[] y = layer.forward(input).y();
        int last = race.steps() * rows.length * race.outputSize();
        double[] output = new double[last];
        System.arraycopy(y, y.length - last, output, 0, last);
        return new Answer(calls, rows, output, Map.of(), limit(race, layer));
    }

    private static Answer ofTraining(RaceCase race, CaseData data, ReferenceLayer layer) {
        ReferenceRun run = layer.forward(SequenceInput.of(race.steps(), race.rows(), widened(data.x())));
        LayerGradients gradients = run.backward(widened(data.dy()), null, null);
        Map<String, double[]> byName = new LinkedHashMap<>();
        byName.put("x", gradients.dx());
        data.weights().keySet().forEach(name -> byName.put(name, gradients.weight(name)));
        return new Answer(1, IntStream.range(0, race.rows()).toArray(), run.y(), byName, limit(race, layer));
    }

    private static double limit(RaceCase race, ReferenceLayer layer) {
        return SLACK * Tolerances.float32(layer.config(), race.steps(), race.rows());
    }

    private static ReferenceLayer reference(RaceCase race, CaseData data) {
        RecurrentBuilder<?> builder =
                switch (race.cell()) {
                    case RNN -> Rnn.builder(race.inputSize(), race.hiddenSize()).activations(Activation.TANH);
                    case LSTM -> Lstm.builder(race.inputSize(), race.hiddenSize());
                    case GRU -> Gru.builder(race.inputSize(), race.hiddenSize());
                };
        builder.backend(BackendKind.REFERENCE)
                .layers(race.layers())
                .direction(race.bidirectional() ? Direction.BIDIRECTIONAL : Direction.FORWARD)
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
