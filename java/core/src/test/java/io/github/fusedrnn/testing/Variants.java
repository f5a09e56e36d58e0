package io.github.fusedrnn.testing;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.ResetPlacement;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

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

    private final Map<String, RecurrentDesc> all = new LinkedHashMap<>();

    private Variants() {}

    /** All of them. */
    public static Map<String, RecurrentDesc> all() {
        Variants variants = new Variants();
        for (CellKind cell : CellKind.values()) {
            variants.common(cell, "", 1, () -> DescBuilder.of(cell));
        }
        variants.cells();
        variants.activations();
        return variants.all;
    }

    /** Names of all of them, for parameterised tests. */
    public static Collection<String> names() {
        return all().keySet();
    }

    private void add(String name, DescBuilder builder) {
        all.put(name, builder.build());
    }

    /** What every cell can be combined with. */
    private void common(CellKind cell, String what, int smallest, Supplier<DescBuilder> plain) {
        String prefix = cell.name().toLowerCase(Locale.ROOT) + what;
        add(prefix, plain.get());
        add(prefix + " C1 H" + smallest, plain.get().sizes(1, smallest));
        add(prefix + " C7 H2", plain.get().sizes(7, 2));
        add(prefix + " nobias", plain.get().bias(false));
        add(prefix + " L3", plain.get().sizes(2, 3).layers(3));
        add(prefix + " bi", plain.get().sizes(2, 3).bidirectional());
        add(prefix + " bi L2", plain.get().sizes(2, 3).bidirectional().layers(2));
        add(prefix + " bi sum L2", plain.get().sizes(2, 3).sum().layers(2));
        add(
                prefix + " reverse L2",
                plain.get().sizes(2, 3).direction(Direction.REVERSE).layers(2));
        add(prefix + " batch-major", plain.get().batchMajor(true));
        add(
                prefix + " dropout bi L2",
                plain.get().sizes(3, 5).dropout(0.4f).bidirectional().layers(2));
        add(prefix + " gate clip", plain.get().gateClip(0.5f));
    }

    private void cells() {
        common(CellKind.GRU, " before", 1, () -> DescBuilder.gru().reset(ResetPlacement.BEFORE));
        common(CellKind.GRU, " none", 1, () -> DescBuilder.gru().reset(ResetPlacement.NONE));
        common(CellKind.LSTM, " projection", 2, () -> DescBuilder.lstm()
                .sizes(5, 7)
                .projection(1));
        common(CellKind.LSTM, " peephole", 1, () -> DescBuilder.lstm().peepholes());
        common(CellKind.LSTM, " coupled", 1, () -> DescBuilder.lstm().coupled());
        common(CellKind.LSTM, " cell clip", 1, () -> DescBuilder.lstm().cellClip(0.3f));
        add("lstm peephole coupled", DescBuilder.lstm().peepholes().coupled());
        add(
                "lstm everything",
                DescBuilder.lstm()
                        .sizes(3, 5)
                        .projection(2)
                        .peepholes()
                        .coupled()
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
                DescBuilder.gru()
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
            add("rnn " + name, DescBuilder.rnn().activations(f));
            add("gru f=" + name, DescBuilder.gru().activations(f, Activation.TANH));
            add(
                    "gru before g=" + name,
                    DescBuilder.gru().reset(ResetPlacement.BEFORE).activations(Activation.SIGMOID, f));
            add("lstm f=" + name, DescBuilder.lstm().activations(f, Activation.TANH, Activation.TANH));
            add("lstm g=" + name, DescBuilder.lstm().activations(Activation.SIGMOID, f, Activation.TANH));
            add("lstm h=" + name, DescBuilder.lstm().activations(Activation.SIGMOID, Activation.TANH, f));
        }
    }
}
