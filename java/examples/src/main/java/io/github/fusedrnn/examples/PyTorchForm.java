package io.github.fusedrnn.examples;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.ResetPlacement;
import io.github.fusedrnn.examples.ConformanceCase.Expected;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.safetensors.DType;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.spi.RecurrentDesc;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
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
    private final RecurrentDesc desc;

    private PyTorchForm(CaseFile file) throws FormatException {
        this.file = file;
        this.desc = desc();
    }

    /** Whether a file is of this form. */
    static boolean matches(SafetensorsFile file) {
        return file.metadata().containsKey("mode") && file.contains("input");
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
        List<Long> shape = file.shape("input");
        boolean batched = shape.size() == 3;
        int timeAxis = batched && desc.batchMajor() ? 1 : 0;
        int inputSteps = Math.toIntExact(shape.get(timeAxis));
        int n = batched ? Math.toIntExact(shape.get(1 - timeAxis)) : 1;
        int t = inputSteps;
        int @Nullable [] lengths = file.lengths("lengths");
        for (String sequence : List.of("output", "upstream.output")) {
            if (file.has(sequence)) {
                t = Math.max(t, Math.toIntExact(file.shape(sequence).get(timeAxis)));
            }
        }
        if (t != inputSteps && lengths == null) {
            throw new IllegalArgumentException(
                    "output: " + t + " steps (expected: " + inputSteps + ", as the input has, without lengths)");
        }
        Map<String, Expected> expected = new LinkedHashMap<>();
        for (String tensor : file.names()) {
            if (tensor.equals("output") || tensor.equals("grad.input")) {
                int width = tensor.equals("output") ? desc.outputSize() : desc.inputSize();
                expected.put(tensor, new Expected(sequence(tensor, t, n, width), dims(t, n, width)));
            } else if (tensor.equals("h_n") || tensor.equals("c_n") || tensor.startsWith("grad.")) {
                expected.put(tensor, new Expected(file.values(tensor), file.shape(tensor)));
            }
        }
        return new ConformanceCase(
                name,
                file.dtype("input") == DType.F64,
                desc,
                t,
                n,
                lengths,
                weights(),
                sequence("input", t, n, desc.inputSize()),
                file.optional("h_0"),
                file.optional("c_0"),
                file.has("upstream.output") ? sequence("upstream.output", t, n, desc.outputSize()) : null,
                file.optional("upstream.h_n"),
                file.optional("upstream.c_n"),
                expected);
    }

    private RecurrentDesc desc() throws FormatException {
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
        List<Activation> all = new ArrayList<>(functions);
        if (direction == Direction.BIDIRECTIONAL) {
            all.addAll(functions);
        }
        return new RecurrentDesc(
                cell,
                file.number("input_size"),
                file.number("hidden_size"),
                file.number("proj_size", 0),
                file.number("num_layers", 1),
                direction,
                Merge.CONCAT,
                file.has("bias_ih_l0"),
                file.flag("batch_first"),
                0,
                0,
                0,
                false,
                false,
                ResetPlacement.AFTER,
                all);
    }

    private Map<String, double[]> weights() throws FormatException {
        Map<String, double[]> weights = new LinkedHashMap<>();
        for (ParameterSpec spec : WeightLayout.of(desc).parameters()) {
            weights.put(spec.name(), file.values(spec.name(), spec.size()));
        }
        return weights;
    }

    /** A sequence, lengthened with zeros to {@code t} steps: what lies past every row's end counts as padding. */
    private double[] sequence(String tensor, int t, int n, int width) throws FormatException {
        double[] values = file.values(tensor);
        int steps = values.length / (n * width);
        if (steps * n * width != values.length) {
            throw new IllegalArgumentException(tensor + ": " + file.shape(tensor)
                    + " (expected: a multiple of N*width = " + n + "*" + width + ")");
        }
        if (steps == t) {
            return values;
        }
        double[] longer = new double[t * n * width];
        int runs = desc.batchMajor() ? n : 1;
        int run = values.length / runs;
        for (int r = 0; r < runs; r++) {
            System.arraycopy(values, r * run, longer, r * (longer.length / runs), run);
        }
        return longer;
    }

    private List<Long> dims(long t, long n, long width) {
        return desc.batchMajor() ? List.of(n, t, width) : List.of(t, n, width);
    }
}
