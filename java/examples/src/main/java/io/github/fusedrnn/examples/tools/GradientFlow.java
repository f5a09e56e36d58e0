package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.weights.Initializers;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How much the last output depends on the states before it: ‖∂h_T/∂h_t‖, or, of an LSTM, ‖∂h_T/∂c_t‖, for every t (Bengio,
 * Simard &amp; Frasconi 1994; Pascanu, Mikolov &amp; Bengio 2013). All H rows of a batch read the same random sequence,
 * one step a tape; row k's gradient begins as unit k, so that one backward gives the whole matrix.
 */
final class GradientFlow {
    /** Width of the inputs, which are uniform in [−1, 1). */
    private static final int INPUTS = 4;

    /** The cells that the command compares. */
    static final List<Subject> SUBJECTS = List.of(
            new Subject("RNN, weights 0.7 orthogonal", CellKind.RNN, 0.7, 0),
            new Subject("RNN, orthogonal", CellKind.RNN, 1, 0),
            new Subject("RNN, weights 2 orthogonal", CellKind.RNN, 2, 0),
            new Subject("LSTM, forget bias 0", CellKind.LSTM, 1, 0),
            new Subject("LSTM, forget bias 1", CellKind.LSTM, 1, 1),
            new Subject("LSTM, forget bias 4", CellKind.LSTM, 1, 4),
            new Subject("GRU, keep bias 0", CellKind.GRU, 1, 0),
            new Subject("GRU, keep bias 4", CellKind.GRU, 1, 4));

    private GradientFlow() {}

    /**
     * A cell to measure.
     *
     * @param name for the legend
     * @param gain of its orthogonal recurrent matrices
     * @param bias of the gate that keeps the state: f of an LSTM, z of a GRU
     */
    record Subject(String name, CellKind cell, double gain, float bias) {
        /** The name, and the norms at T − t = T/10, T/4, T/2 and T. */
        List<String> row(double[] norms) {
            int t = norms.length - 1;
            return Stream.concat(
                            Stream.of(name),
                            IntStream.of(10, 4, 2, 1).mapToObj(part -> Texts.format("%.1e", norms[t / part])))
                    .toList();
        }
    }

    /**
     * Frobenius norms, divided by that of the unit matrix.
     *
     * @return {@code [T - t]}: element 0 is t = T, where ∂h/∂h is 1; of an LSTM the larger of the paths through h and c
     */
    static double[] norms(Subject subject, int steps, int hidden, LayerOptions where, long seed) {
        double[] norms = new double[steps + 1];
        norms[0] = 1;
        try (Resources memory = new Resources();
                RecurrentLayer layer = layer(subject, hidden, where, seed)) {
            SplittableRandom random = new SplittableRandom(seed);
            Tape[] tapes = new Tape[steps];
            RecurrentState state = memory.add(layer.newState(hidden));
            for (int t = 0; t < steps; t++) {
                FloatTensor x = memory.add(layer.newInput(1, hidden));
                for (int i = 0; i < INPUTS; i++) {
                    float value = (float) random.nextDouble(-1, 1);
                    for (int row = 0; row < hidden; row++) {
                        x.set((long) row * INPUTS + i, value);
                    }
                }
                RecurrentState next = memory.add(layer.newState(hidden));
                FloatTensor y = memory.add(layer.newOutput(1, hidden));
                tapes[t] = memory.add(layer.forward(x, null, state, y, next));
                state = next;
            }
            RecurrentState gradient = memory.add(layer.newState(hidden));
            for (int unit = 0; unit < hidden; unit++) {
                gradient.h().set((long) unit * hidden + unit, 1);
            }
            for (int t = steps - 1; t >= 0; t--) {
                RecurrentState before = memory.add(layer.newState(hidden));
                tapes[t].backward(null, gradient, null, before, null);
                double h = norm(before.h(), hidden);
                norms[steps - t] = before.hasCellState() ? Math.max(h, norm(before.c(), hidden)) : h;
                gradient = before;
            }
        }
        return norms;
    }

    private static double norm(FloatTensor matrix, int hidden) {
        double sum = 0;
        for (float value : matrix.toArray()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / hidden);
    }

    private static RecurrentLayer layer(Subject subject, int hidden, LayerOptions where, long seed) {
        RecurrentLayer layer = where.layer(subject.cell(), INPUTS, hidden)
                .initializer(Initializers.orthogonalRecurrent(Initializers.xavierUniform()))
                .seed(seed)
                .build();
        layer.weights().update(view -> {
            FloatTensor recurrent = view.get("weight_hh_l0");
            float[] values = recurrent.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] *= (float) subject.gain();
            }
            recurrent.copyFrom(values);
            if (subject.cell() != CellKind.RNN) {
                view.get("bias_ih_l0").slice(hidden, hidden).fill(subject.bias()); // f and z both stand second
            }
        });
        return layer;
    }
}
