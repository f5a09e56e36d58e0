package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/** Every cell with every option, by a name that says which, in small awkward sizes. */
public final class Variants {
    /** Every activation that ONNX has. */
    public static final List<Activation> ACTIVATIONS = List.of(
            Activation.SIGMOID,
            Activation.TANH,
            Activation.RELU,
            Activation.IDENTITY,
            Activation.hardSigmoid(0.3f, 0.4f),
            Activation.SOFTSIGN,
            Activation.SOFTPLUS,
            Activation.elu(0.9f),
            Activation.leakyRelu(0.1f),
            Activation.thresholdedRelu(0.2f),
            Activation.scaledTanh(1.4f, 0.6f),
            Activation.affine(0.7f, 0.1f));

    private final Map<String, RecurrentConfig> all = new LinkedHashMap<>();

    private Variants() {}

    /** All of them. */
    public static Map<String, RecurrentConfig> all() {
        Variants variants = new Variants();
        for (CellKind cell : CellKind.values()) {
            variants.common(cell, "", 1, (c, h) -> RecurrentConfig.builder(cell, c, h));
        }
        variants.cells();
        variants.activations();
        return variants.all;
    }

    /** Names of all of them, for parameterised tests. */
    public static Collection<String> names() {
        return all().keySet();
    }

    private void add(String name, RecurrentConfig.Builder builder) {
        all.put(name, builder.build());
    }

    /** What every cell can be combined with. */
    private void common(
            CellKind cell, String what, int smallest, BiFunction<Integer, Integer, RecurrentConfig.Builder> plain) {
        String prefix = cell.name().toLowerCase(Locale.ROOT) + what;
        add(prefix, plain.apply(5, 7));
        add(prefix + " C1 H" + smallest, plain.apply(1, smallest));
        add(prefix + " C7 H2", plain.apply(7, 2));
        add(prefix + " nobias", plain.apply(5, 7).bias(false));
        add(prefix + " L3", plain.apply(2, 3).layers(3));
        add(prefix + " bi", plain.apply(2, 3).bidirectional());
        add(prefix + " bi L2", plain.apply(2, 3).bidirectional().layers(2));
        add(prefix + " bi sum L2", plain.apply(2, 3).bidirectional(Merge.SUM).layers(2));
        add(
                prefix + " reverse L2",
                plain.apply(2, 3).direction(Direction.REVERSE).layers(2));
        add(prefix + " batch-major", plain.apply(5, 7).batchMajor(true));
        add(
                prefix + " dropout bi L2",
                plain.apply(3, 5).dropout(0.4f).bidirectional().layers(2));
        add(prefix + " gate clip", plain.apply(5, 7).gateClip(0.5f));
    }

    private void cells() {
        common(CellKind.GRU, " before", 1, (c, h) -> RecurrentConfig.gru(c, h).reset(ResetPlacement.BEFORE));
        common(CellKind.GRU, " none", 1, (c, h) -> RecurrentConfig.gru(c, h).reset(ResetPlacement.NONE));
        common(CellKind.LSTM, " projection", 2, (c, h) -> RecurrentConfig.lstm(c, h)
                .projection(1));
        common(CellKind.LSTM, " peephole", 1, (c, h) -> RecurrentConfig.lstm(c, h)
                .peepholes(true));
        common(CellKind.LSTM, " coupled", 1, (c, h) -> RecurrentConfig.lstm(c, h)
                .coupledInputForget(true));
        common(CellKind.LSTM, " cell clip", 1, (c, h) -> RecurrentConfig.lstm(c, h)
                .cellClip(0.3f));
        add("lstm peephole coupled", RecurrentConfig.lstm(5, 7).peepholes(true).coupledInputForget(true));
        add(
                "lstm everything",
                RecurrentConfig.lstm(3, 5)
                        .projection(2)
                        .peepholes(true)
                        .coupledInputForget(true)
                        .cellClip(0.4f)
                        .gateClip(0.9f)
                        .bidirectional()
                        .layers(2)
                        .dropout(0.3f)
                        .activations(
                                Activation.SIGMOID,
                                Activation.SOFTSIGN,
                                Activation.scaledTanh(1.1f, 0.9f),
                                Activation.hardSigmoid(0.3f, 0.5f),
                                Activation.TANH,
                                Activation.SOFTPLUS));
        add(
                "gru directions differ",
                RecurrentConfig.gru(5, 7)
                        .bidirectional()
                        .activations(
                                Activation.SIGMOID,
                                Activation.elu(0.9f),
                                Activation.hardSigmoid(0.3f, 0.5f),
                                Activation.TANH));
    }

    private void activations() {
        for (Activation f : ACTIVATIONS) {
            String name = f.kind().name().toLowerCase(Locale.ROOT);
            add("rnn " + name, RecurrentConfig.rnn(5, 7).activations(f));
            add("gru f=" + name, RecurrentConfig.gru(5, 7).activations(f, Activation.TANH));
            add(
                    "gru before g=" + name,
                    RecurrentConfig.gru(5, 7).reset(ResetPlacement.BEFORE).activations(Activation.SIGMOID, f));
            add("lstm f=" + name, RecurrentConfig.lstm(5, 7).activations(f, Activation.TANH, Activation.TANH));
            add("lstm g=" + name, RecurrentConfig.lstm(5, 7).activations(Activation.SIGMOID, f, Activation.TANH));
            add("lstm h=" + name, RecurrentConfig.lstm(5, 7).activations(Activation.SIGMOID, Activation.TANH, f));
        }
    }
}
