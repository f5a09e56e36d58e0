package io.github.fusedrnn.formats.onnx;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.layout.CanonicalWeights;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.formats.onnx.wire.NodeProto;
import io.github.fusedrnn.internal.checks.Checks;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One RNN, LSTM or GRU node, brought into canonical form. */
final class NodeImport {
    /** The inputs of the three operators, in order; GRU and RNN end with initial_h. */
    private static final List<String> INPUTS =
            List.of("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P");

    private final NodeProto node;
    private final Scope scope;
    private final CellKind cell;
    private final ImportReport.Builder report = new ImportReport.Builder();

    NodeImport(NodeProto node, Scope scope) {
        this.node = node;
        this.scope = scope;
        cell = CellKind.valueOf(node.getOpType());
    }

    /**
     * The layer.
     *
     * @param name what to call it
     * @param producer the program that wrote the file
     * @throws IllegalArgumentException if the node cannot be imported faithfully, with the reason
     * @throws IOException if a tensor cannot be read
     */
    LayerImport read(String name, String producer) throws IOException {
        int inputs = cell == CellKind.LSTM ? 8 : 6;
        if (node.getInputCount() > inputs) {
            throw new IllegalArgumentException(node.getInputCount() + " inputs (expected: at most " + inputs + ")");
        }
        Constant w = required(1);
        Constant r = required(2);
        @Nullable Constant b = optional(3);
        @Nullable Constant p = optional(7);
        NodeAttributes attributes = new NodeAttributes(cell, node);
        if (w.rank() != 3 || r.rank() != 3) {
            throw Checks.wrong(
                    "W",
                    Arrays.toString(w.dims()) + ", R: " + Arrays.toString(r.dims()),
                    "[D, G*H, C] and [D, G*H, H]");
        }
        long named = attributes.hiddenSize(r.dims()[2]);
        int h = r.dims()[2];
        if (named != h) {
            throw Checks.wrong("attribute hidden_size", named, h + ", as R is " + Arrays.toString(r.dims()));
        }
        RecurrentConfig config = attributes.config(w.dims()[2], h, b != null, p != null, report);
        int d = config.directions();
        int rows = cell.gateCount() * h;
        requireShape("W", w, d, rows, config.inputSize());
        requireShape("R", r, d, rows, h);
        requireShape("B", b, d, 2 * rows);
        requireShape("P", p, d, 3 * h);
        report.found(cell + " node, C = " + config.inputSize() + ", H = " + h + ", " + config.direction()
                + (cell == CellKind.GRU ? ", reset " + config.reset() : "")
                + (config.peepholes() ? ", peepholes" : ""));
        scope.budget().take(2L * w.size() + 2L * r.size());
        LayerLayout layout = LayerLayout.of(Framework.ONNX, cell, config.reset());
        CanonicalWeights canonical = new CanonicalWeights(config, layout, 0);
        for (int i = 0; i < d; i++) {
            canonical.put(
                    0,
                    i,
                    part(w, i, d),
                    part(r, i, d),
                    b == null ? null : part(b, i, d),
                    p == null ? null : part(p, i, d));
        }
        report.mapped("W " + Arrays.toString(w.dims()) + ", gates " + layout.gates() + " -> weight_ih, gates "
                + cell.gates());
        report.mapped("R " + Arrays.toString(r.dims()) + " -> weight_hh");
        if (b != null) {
            report.mapped("B " + Arrays.toString(b.dims()) + ", input biases then recurrent ones -> bias_ih, bias_hh");
        }
        if (p != null) {
            report.mapped(
                    "P " + Arrays.toString(p.dims()) + ", " + layout.peepholes() + " -> weight_peephole, [i, f, o]");
        }
        reportCallInputs();
        Map<String, float[]> weights = canonical.toMap();
        warnOfLostReset(config, weights, producer);
        return new LayerImport(name, config, weights, report.build());
    }

    private void reportCallInputs() throws IOException {
        for (int i : new int[] {4, 5, 6}) {
            if (!has(i)) {
                continue;
            }
            String what = INPUTS.get(i) + " '" + node.getInput(i) + "'";
            @Nullable Constant value = null;
            try {
                value = scope.constant(node.getInput(i));
            } catch (IllegalArgumentException e) {
                report.ignored(what + ": computed or given when the model runs, so a matter of the call");
            }
            if (value != null) {
                boolean zero = value.isFloat() && isZero(value.floats());
                if (zero) {
                    report.ignored(what + ": a constant of zeros, as if it were not there");
                } else {
                    report.warning(
                            what + ": a constant of the file, which is not part of a layer; give it to each call");
                }
            }
        }
    }

    private static boolean isZero(float[] values) {
        for (float value : values) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** Some files of PyTorch's exporter lost linear_before_reset; with a recurrent bias of n the results then differ by about 0.1. */
    private void warnOfLostReset(RecurrentConfig config, Map<String, float[]> weights, String producer) {
        if (config.reset() != ResetPlacement.BEFORE
                || !producer.toLowerCase(Locale.ROOT).contains("pytorch")) {
            return;
        }
        int h = config.hiddenSize();
        for (Map.Entry<String, float[]> entry : weights.entrySet()) {
            if (entry.getKey().startsWith("bias_hh") && !isZero(Arrays.copyOfRange(entry.getValue(), 2 * h, 3 * h))) {
                report.warning(
                        "a GRU with linear_before_reset = 0 and a recurrent bias of n, from " + producer
                                + ": PyTorch has only the other form, and some of its exports lost the attribute; compare with the original");
                return;
            }
        }
    }

    private boolean has(int index) {
        return index < node.getInputCount() && !node.getInput(index).isEmpty();
    }

    private Constant required(int index) throws IOException {
        @Nullable Constant value = optional(index);
        if (value == null) {
            throw Checks.wrong(INPUTS.get(index), "missing", "a constant");
        }
        return value;
    }

    private @Nullable Constant optional(int index) throws IOException {
        if (!has(index)) {
            return null;
        }
        try {
            Constant value = scope.constant(node.getInput(index));
            value.floats();
            return value;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(INPUTS.get(index) + ": " + e.getMessage(), e);
        }
    }

    private static void requireShape(String name, @Nullable Constant value, int... dims) {
        if (value != null && !Arrays.equals(value.dims(), dims)) {
            throw Checks.wrong(name, Arrays.toString(value.dims()), Arrays.toString(dims));
        }
    }

    private static float[] part(Constant value, int index, int parts) {
        int size = value.size() / parts;
        return Arrays.copyOfRange(value.floats(), index * size, (index + 1) * size);
    }
}
