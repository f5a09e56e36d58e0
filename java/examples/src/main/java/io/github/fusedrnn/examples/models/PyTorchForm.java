package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.examples.models.ConformanceCase.Expected;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Golden files of PyTorch's recurrent modules. Names and layouts are the canonical ones, but the padding differs:
 * PyTorch's packed output is as long as the longest sequence or as its {@code total_length} says, which may be shorter
 * or longer than the input.
 */
final class PyTorchForm {
    private final CaseFile file;
    private final RecurrentConfig config;

    private PyTorchForm(CaseFile file) throws FormatException {
        this.file = file;
        this.config = config();
    }

    /** Whether a file says that it is of this form. */
    static boolean matches(SafetensorsFile file) {
        return file.metadata().containsKey("mode");
    }

    /**
     * The case in a file.
     *
     * @throws FormatException if a tensor is missing or of another type
     * @throws IllegalArgumentException if metadata and tensors do not describe a layer and its call
     */
    static ConformanceCase read(String name, SafetensorsFile file) throws FormatException {
        return new PyTorchForm(new CaseFile(file)).read(name);
    }

    private ConformanceCase read(String name) throws FormatException {
        int inputSteps = steps("input");
        int n = Math.toIntExact(file.shape("input", 3).get(config.batchMajor() ? 0 : 1));
        if (inputSteps < 1 || n < 1) {
            throw new IllegalArgumentException(
                    "input: " + file.shape("input") + " (expected: at least one step and one row)");
        }
        int t = inputSteps;
        int @Nullable [] lengths = file.lengths("lengths", inputSteps, n);
        for (String sequence : List.of("output", "upstream.output")) {
            if (file.has(sequence)) {
                t = Math.max(t, steps(sequence));
            }
        }
        if (t != inputSteps && lengths == null) {
            throw new IllegalArgumentException(
                    "output: " + t + " steps (expected: " + inputSteps + ", as the input has, without lengths)");
        }
        List<Long> h = List.of((long) config.stateLayers(), (long) n, (long) config.stateSize());
        List<Long> c = List.of((long) config.stateLayers(), (long) n, (long) config.hiddenSize());
        Map<String, Expected> expected = new LinkedHashMap<>();
        for (String tensor : file.names()) {
            switch (tensor) {
                case "output" -> expected.put(tensor, sequence(tensor, t, n, config.outputSize()));
                case "grad.input" -> expected.put(tensor, sequence(tensor, t, n, config.inputSize()));
                case "h_n", "grad.h_0" -> expected.put(tensor, new Expected(file.values(tensor, h), h));
                case "c_n", "grad.c_0" -> expected.put(tensor, new Expected(file.values(tensor, c), c));
                default -> {
                    if (tensor.startsWith("grad.")) {
                        List<Long> shape = file.shape(tensor);
                        expected.put(tensor, new Expected(file.values(tensor, shape), shape));
                    }
                }
            }
        }
        return new ConformanceCase(
                name,
                file.dtype("input") == DType.F64,
                config,
                t,
                n,
                lengths,
                weights(),
                sequence("input", t, n, config.inputSize()).values(),
                file.optional("h_0", h),
                file.optional("c_0", c),
                file.has("upstream.output")
                        ? sequence("upstream.output", t, n, config.outputSize()).values()
                        : null,
                file.optional("upstream.h_n", h),
                file.optional("upstream.c_n", c),
                expected);
    }

    private RecurrentConfig config() throws FormatException {
        String mode = file.text("mode", "");
        CellKind cell =
                switch (mode) {
                    case "lstm" -> CellKind.LSTM;
                    case "gru" -> CellKind.GRU;
                    case "rnn_tanh", "rnn_relu" -> CellKind.RNN;
                    default ->
                        throw new IllegalArgumentException(
                                "mode: '" + mode + "' (expected: lstm, gru, rnn_tanh or rnn_relu)");
                };
        List<Activation> functions =
                switch (cell) {
                    case RNN -> List.of(mode.equals("rnn_relu") ? Activation.RELU : Activation.TANH);
                    case GRU -> List.of(Activation.SIGMOID, Activation.TANH);
                    case LSTM -> List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH);
                };
        Direction direction = file.flag("bidirectional") ? Direction.BIDIRECTIONAL : Direction.FORWARD;
        return RecurrentConfig.builder(cell, file.number("input_size"), file.number("hidden_size"))
                .projection(file.number("proj_size", 0))
                .layers(layers())
                .direction(direction)
                .bias(file.has("bias_ih_l0") || file.flag("bias"))
                .batchMajor(file.flag("batch_first"))
                .activations(functions)
                .build();
    }

    /** As many as the metadata says, if the file has the last one's weights. */
    private int layers() {
        int layers = file.number("num_layers", 1);
        String last = "weight_ih_l" + (layers - 1);
        if (layers >= 1 && !file.has(last)) {
            throw new IllegalArgumentException(
                    "metadata num_layers: " + layers + " (expected: a file with " + last + ")");
        }
        return layers;
    }

    private Map<String, double[]> weights() throws FormatException {
        Map<String, double[]> weights = new LinkedHashMap<>();
        for (ParameterSpec spec : WeightLayout.of(config).parameters()) {
            weights.put(spec.name(), file.values(spec.name(), spec.shape()));
        }
        return weights;
    }

    /** How many steps a sequence has. */
    private int steps(String tensor) throws FormatException {
        return Math.toIntExact(file.shape(tensor, 3).get(config.batchMajor() ? 1 : 0));
    }

    /** A sequence, lengthened with zeros to {@code t} steps: what lies past every row's end counts as padding. */
    private Expected sequence(String tensor, int t, int n, int width) throws FormatException {
        int steps = steps(tensor);
        double[] values = file.values(tensor, dims(steps, n, width));
        double[] longer = new double[Math.multiplyExact(Math.multiplyExact(t, n), width)];
        int runs = config.batchMajor() ? n : 1;
        int run = values.length / runs;
        for (int r = 0; r < runs; r++) {
            System.arraycopy(values, r * run, longer, r * (longer.length / runs), run);
        }
        return new Expected(longer, dims(t, n, width));
    }

    private List<Long> dims(long t, long n, long width) {
        return config.batchMajor() ? List.of(n, t, width) : List.of(t, n, width);
    }
}
