package io.github.fusedrnn.formats.keras;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.layout.CanonicalWeights;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One layer of Keras, brought into canonical form. Every field of its configuration that changes results is taken, or the layer refused. */
final class KerasLayer {
    private final List<KerasCell> cells;
    private final KerasConfig.@Nullable Layer configured;
    private final boolean keras3;
    private final ImportReport.Builder report = new ImportReport.Builder();

    /**
     * @param cells one, or forward and backward
     * @param configured the layer's configuration; null where the file has weights only
     * @param keras3 whether Keras 3 or later wrote the file
     */
    KerasLayer(List<KerasCell> cells, KerasConfig.@Nullable Layer configured, boolean keras3) {
        this.cells = cells;
        this.configured = configured;
        this.keras3 = keras3;
    }

    /** @throws IllegalArgumentException if the layer cannot be imported faithfully, with the reason */
    LayerImport read(String name) {
        KerasCell first = cells.get(0);
        int[] recurrent = first.recurrent().dims();
        int[] kernel = first.kernel().dims();
        if (recurrent.length != 2 || kernel.length != 2 || recurrent[0] < 1) {
            throw Checks.wrong(
                    "kernel", first.kernel() + ", recurrent kernel: " + first.recurrent(), "[C, G*H] and [H, G*H]");
        }
        int h = recurrent[0];
        CellKind cell = kind(recurrent);
        Map<String, Object> config = cellConfig();
        checkConfig(cell, h, config);
        Direction direction = direction(config);
        KerasCell.@Nullable Matrix bias = first.bias();
        ResetPlacement reset = cell == CellKind.GRU ? reset(bias, h, config) : ResetPlacement.AFTER;
        List<Activation> activations = new ArrayList<>(activations(cell, config));
        if (direction == Direction.BIDIRECTIONAL) {
            Map<String, Object> backward = wrapped("backward_layer");
            checkConfig(cell, h, backward);
            activations.addAll(activations(cell, backward.isEmpty() ? config : backward));
        }
        boolean timeMajor = Json.flag(config, "time_major", false);
        RecurrentConfig layer = RecurrentConfig.builder(cell, kernel[0], h)
                .direction(direction)
                .merge(merge(direction))
                .bias(bias != null)
                .batchMajor(!timeMajor)
                .reset(reset)
                .activations(activations)
                .build();
        report.found(cell + ", C = " + kernel[0] + ", H = " + h + ", " + direction
                + (cell == CellKind.GRU ? ", reset " + reset : "") + ", sequences "
                + (timeMajor ? "[T, N, C]" : "[N, T, C]"));
        CanonicalWeights canonical = new CanonicalWeights(layer, LayerLayout.of(Framework.KERAS, cell, reset), 0);
        for (int d = 0; d < cells.size(); d++) {
            KerasCell one = cells.get(d);
            if ((one.bias() == null) != (bias == null)) {
                throw Checks.wrong("bias", "of one direction only", "of both, or none");
            }
            KerasCell.Matrix b = one.bias();
            canonical.put(0, d, one.kernel().values(), one.recurrent().values(), b == null ? null : b.values(), null);
            report.mapped(
                    one.base() + (one.direction().isEmpty() ? "" : " " + one.direction()) + ": kernel " + one.kernel()
                            + ", recurrent kernel " + one.recurrent() + (b == null ? "" : ", bias " + b)
                            + " -> canonical, direction " + d);
        }
        ignore(config);
        return new LayerImport(name, layer, canonical.toMap(), report.build());
    }

    private CellKind kind(int[] recurrent) {
        for (CellKind kind : CellKind.values()) {
            if (recurrent[1] % recurrent[0] == 0 && recurrent[1] / recurrent[0] == kind.gateCount()) {
                return kind;
            }
        }
        throw Checks.wrong(
                "recurrent kernel", "[" + recurrent[0] + ", " + recurrent[1] + "]", "[H, G*H] with G = 1, 3 or 4");
    }

    /** The configuration of the cell's own layer, inside of a Bidirectional where there is one. */
    private Map<String, Object> cellConfig() {
        if (configured == null) {
            report.warning(
                    "the file has weights without a configuration (assumed: Keras's default activations, time order "
                            + "and merging)");
            return Map.of();
        }
        return configured.type().equals("Bidirectional") ? wrapped("layer") : configured.config();
    }

    private Map<String, Object> wrapped(String name) {
        return configured == null ? Map.of() : Json.object(Json.object(configured.config(), name), "config");
    }

    private void checkConfig(CellKind cell, int h, Map<String, Object> config) {
        if (configured == null) {
            return;
        }
        String type = configured.type().equals("Bidirectional")
                ? Json.text(Json.object(configured.config(), "layer"), "class_name", "")
                : configured.type();
        String expected = cell == CellKind.RNN ? "SimpleRNN" : cell.name();
        if (!type.equals(expected)) {
            throw Checks.wrong(
                    "class",
                    type,
                    expected + ", as its weights have " + cell.gateCount()
                            + " gates; SimpleRNN, LSTM and GRU can be imported");
        }
        if (config.get("units") instanceof Double units && units != h) {
            throw Checks.wrong("units", units, h + ", from the recurrent kernel");
        }
    }

    private Direction direction(Map<String, Object> config) {
        if (cells.size() == 2) {
            return Direction.BIDIRECTIONAL;
        }
        if (!cells.get(0).direction().isEmpty()) {
            throw Checks.wrong("Bidirectional", "only its " + cells.get(0).direction() + " layer", "both");
        }
        if (Json.flag(config, "go_backwards", false)) {
            report.warning(
                    "go_backwards: Keras puts outputs out in processing order; here they stay aligned with input time");
            return Direction.REVERSE;
        }
        return Direction.FORWARD;
    }

    private Merge merge(Direction direction) {
        if (direction != Direction.BIDIRECTIONAL || configured == null) {
            return Merge.CONCAT;
        }
        return switch (Json.text(configured.config(), "merge_mode", "none")) {
            case "concat" -> Merge.CONCAT;
            case "sum" -> Merge.SUM;
            default ->
                throw Checks.wrong("merge_mode", Json.text(configured.config(), "merge_mode", "none"), "concat or sum");
        };
    }

    private ResetPlacement reset(KerasCell.@Nullable Matrix bias, int h, Map<String, Object> config) {
        boolean after = Json.flag(config, "reset_after", true);
        if (bias == null) {
            if (!config.containsKey("reset_after")) {
                report.warning("a GRU without bias and configuration (assumed: reset_after, Keras's default)");
            }
        } else {
            boolean two = bias.values().length == 6L * h;
            if (config.containsKey("reset_after") && after != two) {
                throw Checks.wrong("bias", bias, (after ? "[2, 3*H]" : "[3*H]") + ", as reset_after is " + after);
            }
            after = two;
        }
        return after ? ResetPlacement.AFTER : ResetPlacement.BEFORE;
    }

    private List<Activation> activations(CellKind cell, Map<String, Object> config) {
        Activation activation = activation(config, "activation", Activation.TANH);
        if (cell == CellKind.RNN) {
            return List.of(activation);
        }
        Activation gates = activation(config, "recurrent_activation", Activation.SIGMOID);
        return cell == CellKind.GRU ? List.of(gates, activation) : List.of(gates, activation, activation);
    }

    private Activation activation(Map<String, Object> config, String name, Activation otherwise) {
        if (config.isEmpty()) {
            return otherwise;
        }
        Object value = config.getOrDefault(name, "linear");
        return switch (String.valueOf(value)) {
            case "tanh" -> Activation.TANH;
            case "sigmoid" -> Activation.SIGMOID;
            case "relu" -> Activation.RELU;
            case "linear" -> Activation.IDENTITY;
            case "softsign" -> Activation.SOFTSIGN;
            case "softplus" -> Activation.SOFTPLUS;
            case "elu" -> Activation.elu(1);
            // Keras 3 changed it to relu6(x + 3) / 6.
            case "hard_sigmoid" -> Activation.hardSigmoid(keras3 ? 1 / 6f : 0.2f, 0.5f);
            default ->
                throw Checks.wrong(name, value, "tanh, sigmoid, relu, linear, softsign, softplus, elu or hard_sigmoid");
        };
    }

    private void ignore(Map<String, Object> config) {
        for (String name : List.of("dropout", "recurrent_dropout")) {
            if (config.get(name) instanceof Double rate && rate != 0) {
                report.ignored(name + " " + rate + ": it acts in training only, inside of the cell");
            }
        }
        if (Json.flag(config, "stateful", false)) {
            report.ignored("stateful: the state is given to each call here");
        }
    }
}
