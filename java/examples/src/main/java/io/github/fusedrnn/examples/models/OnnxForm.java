package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.examples.models.ConformanceCase.Expected;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.formats.onnx.OnnxActivations;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Golden files of ONNX's RNN, GRU and LSTM operators, brought into the canonical layout. {@link LayerLayout}
 * knows ONNX's order of gates and peepholes; ONNX puts W, R and B of both directions one after another, B as input
 * biases then recurrent ones, and Y as [T, D, B, H].
 */
final class OnnxForm {
    private final CaseFile file;
    private final RecurrentConfig config;
    private final int t;
    private final int n;

    private OnnxForm(CaseFile file) throws FormatException {
        this.file = file;
        List<Long> x = file.shape("X", 3);
        boolean batchMajor = file.flag("layout");
        this.t = Math.toIntExact(x.get(batchMajor ? 1 : 0));
        this.n = Math.toIntExact(x.get(batchMajor ? 0 : 1));
        this.config = config(Math.toIntExact(x.get(2)), batchMajor);
    }

    /** Whether a file says that it is of this form. */
    static boolean matches(SafetensorsFile file) {
        return file.metadata().containsKey("op");
    }

    /**
     * The case in a file.
     *
     * @throws FormatException if a tensor is missing or of another type
     * @throws IllegalArgumentException if attributes and tensors do not describe a layer and its call
     */
    static ConformanceCase read(String name, SafetensorsFile file) throws FormatException {
        return new OnnxForm(new CaseFile(file)).read(name);
    }

    private ConformanceCase read(String name) throws FormatException {
        Map<String, Expected> expected = new LinkedHashMap<>();
        long h = config.hiddenSize();
        long d = config.directions();
        int[] lengths = file.lengths("sequence_lens", t, n);
        if (file.has("Y")) {
            double[] y = file.values(
                    "Y", config.batchMajor() ? List.of((long) n, (long) t, d, h) : List.of((long) t, d, (long) n, h));
            expected.put(
                    "output",
                    // with layout 1 Y is [B, T, D, H], which is ours as it stands
                    config.batchMajor()
                            ? new Expected(y, List.of((long) n, (long) t, d * h))
                            : new Expected(swapMiddle(y, t, (int) d, n), List.of((long) t, (long) n, d * h)));
        }
        if (file.has("Y_h")) {
            expected.put("h_n", new Expected(state("Y_h"), List.of(d, (long) n, h)));
        }
        if (file.has("Y_c")) {
            expected.put("c_n", new Expected(state("Y_c"), List.of(d, (long) n, h)));
        }
        return new ConformanceCase(
                name,
                file.dtype("X") == DType.F64,
                config,
                t,
                n,
                lengths,
                weights(),
                file.values("X", file.shape("X")),
                initialState("initial_h", lengths),
                initialState("initial_c", lengths),
                null,
                null,
                null,
                expected);
    }

    private RecurrentConfig config(int inputSize, boolean batchMajor) throws FormatException {
        String op = file.text("op", "").toUpperCase(Locale.ROOT);
        CellKind cell =
                switch (op) {
                    case "RNN", "LSTM", "GRU" -> CellKind.valueOf(op);
                    default -> throw new IllegalArgumentException("op: '" + op + "' (expected: RNN, GRU or LSTM)");
                };
        String name = file.text("direction", "forward").toUpperCase(Locale.ROOT);
        Direction direction =
                switch (name) {
                    case "FORWARD", "REVERSE", "BIDIRECTIONAL" -> Direction.valueOf(name);
                    default ->
                        throw new IllegalArgumentException(
                                "direction: '" + name + "' (expected: forward, reverse or bidirectional)");
                };
        boolean before = cell == CellKind.GRU && !file.flag("linear_before_reset");
        return RecurrentConfig.builder(
                        cell,
                        inputSize,
                        file.number(
                                "hidden_size",
                                Math.toIntExact(file.shape("R", 3).get(2))))
                .direction(direction)
                .bias(file.has("B"))
                .batchMajor(batchMajor)
                .gateClip(next(file.floats("clip").iterator(), 0))
                .peepholes(file.has("P"))
                .coupledInputForget(cell == CellKind.LSTM && file.flag("input_forget"))
                .reset(before ? ResetPlacement.BEFORE : ResetPlacement.AFTER)
                .activations(activations(cell, direction.count()))
                .build();
    }

    /** The files hold ONNX Runtime's results, so its defaults are theirs. */
    private List<Activation> activations(CellKind cell, int directions) {
        List<String> names = Arrays.stream(file.text("activations", "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return OnnxActivations.of(
                cell,
                directions,
                names,
                file.floats("activation_alpha"),
                file.floats("activation_beta"),
                warning -> {});
    }

    private static float next(Iterator<Float> numbers, float otherwise) {
        return numbers.hasNext() ? numbers.next() : otherwise;
    }

    private Map<String, double[]> weights() throws FormatException {
        Map<String, double[]> weights = new LinkedHashMap<>();
        int gates = config.gates();
        int h = config.hiddenSize();
        long rows = (long) gates * h;
        LayerLayout layout = LayerLayout.of(Framework.ONNX, config.cell(), config.reset());
        int[] order = order(config.cell().gates(), layout.gates());
        int[] peepholeOrder = order(List.of("i", "f", "o"), layout.peepholes());
        for (ParameterSpec spec : WeightLayout.of(config).parameters()) {
            int d = spec.direction();
            double[] values =
                    switch (spec.kind()) {
                        case WEIGHT_IH ->
                            blocks("W", d * gates, order, h * config.inputSize(), rows, (long) config.inputSize());
                        case WEIGHT_HH -> blocks("R", d * gates, order, h * h, rows, (long) h);
                        case BIAS_IH -> blocks("B", d * 2 * gates, order, h, 2 * rows);
                        case BIAS_HH -> blocks("B", (d * 2 + 1) * gates, order, h, 2 * rows);
                        case WEIGHT_PEEPHOLE -> blocks("P", d * 3, peepholeOrder, h, 3L * h);
                        case WEIGHT_HR -> throw new IllegalStateException("ONNX has no projection");
                    };
            weights.put(spec.name(), values);
        }
        return weights;
    }

    /** Where ONNX keeps each canonical block. */
    private static int[] order(List<String> canonical, List<String> onnx) {
        return canonical.stream().mapToInt(onnx::indexOf).toArray();
    }

    /** Block {@code order[g]} of ONNX's tensor, counted from {@code first}, becomes our block g. */
    private double[] blocks(String tensor, int first, int[] order, int blockSize, Long... perDirection)
            throws FormatException {
        List<Long> shape = new ArrayList<>(List.of((long) config.directions()));
        shape.addAll(List.of(perDirection));
        double[] from = file.values(tensor, shape);
        double[] to = new double[order.length * blockSize];
        for (int g = 0; g < order.length; g++) {
            System.arraycopy(from, (first + order[g]) * blockSize, to, g * blockSize, blockSize);
        }
        return to;
    }

    /** [D, B, H]; with layout 1 the file has [B, D, H]. */
    private double[] state(String tensor) throws FormatException {
        long d = config.directions();
        long h = config.hiddenSize();
        return config.batchMajor()
                ? swapMiddle(file.values(tensor, List.of((long) n, d, h)), 1, n, (int) d)
                : file.values(tensor, List.of(d, (long) n, h));
    }

    /**
     * An initial state, or null. ONNX Runtime's final states of an empty sequence are zeros, where ours are the initial
     * ones: such a row starts from zeros, which nothing else of it sees.
     */
    private double @Nullable [] initialState(String tensor, int @Nullable [] lengths) throws FormatException {
        if (!file.has(tensor)) {
            return null;
        }
        double[] values = state(tensor);
        int h = config.hiddenSize();
        for (int row = 0; lengths != null && row < config.directions() * n; row++) {
            if (lengths[row % n] == 0) {
                Arrays.fill(values, row * h, (row + 1) * h, 0);
            }
        }
        return values;
    }

    /** [outer, a, b, H] → [outer, b, a, H]. */
    private double[] swapMiddle(double[] values, int outer, int a, int b) {
        int h = config.hiddenSize();
        double[] swapped = new double[values.length];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < a; i++) {
                for (int j = 0; j < b; j++) {
                    System.arraycopy(values, ((o * a + i) * b + j) * h, swapped, ((o * b + j) * a + i) * h, h);
                }
            }
        }
        return swapped;
    }
}
