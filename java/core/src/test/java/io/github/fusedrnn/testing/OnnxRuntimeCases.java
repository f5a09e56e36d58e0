package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Golden files of ONNX Runtime, brought into the canonical layout. ONNX orders LSTM's gates i o f c and GRU's z r h, puts W, R and B of all
 * directions side by side, B as input biases then recurrent ones, P as i o f, and Y as [T, D, B, H].
 */
public final class OnnxRuntimeCases {
    private OnnxRuntimeCases() {}

    public static GoldenCase of(GoldenFile file) {
        int[] x = file.shape("X");
        int t = x[0];
        int n = x[1];
        CellKind cell = CellKind.valueOf(file.metadata("op", ""));
        RecurrentConfig config = config(file, cell, x[2]);
        Map<String, double[]> expected = new LinkedHashMap<>();
        expected.put("output", outputs(file.values("Y"), t, config.directions(), n, config.hiddenSize()));
        expected.put("h_n", file.values("Y_h"));
        if (file.has("Y_c")) {
            expected.put("c_n", file.values("Y_c"));
        }
        return new GoldenCase(
                file.name(),
                config,
                t,
                n,
                PyTorchCases.lengths(file, "sequence_lens"),
                weights(file, config),
                file.values("X"),
                PyTorchCases.optional(file, "initial_h"),
                PyTorchCases.optional(file, "initial_c"),
                null,
                null,
                null,
                expected);
    }

    private static RecurrentConfig config(GoldenFile file, CellKind cell, int inputSize) {
        RecurrentConfig.Builder builder = RecurrentConfig.builder(cell, inputSize, file.number("hidden_size"))
                .bias(file.has("B"))
                .gateClip(Float.parseFloat(file.metadata("clip", "0")))
                .direction(
                        Direction.valueOf(file.metadata("direction", "forward").toUpperCase(Locale.ROOT)));
        Activation[] functions = activations(file);
        if (functions.length > 0) {
            builder.activations(functions);
        }
        if (file.has("P")) {
            builder.peepholes(true);
        }
        if (file.metadata("input_forget", "0").equals("1")) {
            builder.coupledInputForget(true);
        }
        if (cell == CellKind.GRU && file.metadata("linear_before_reset", "0").equals("0")) {
            builder.reset(ResetPlacement.BEFORE);
        }
        return builder.build();
    }

    /** Alphas and betas are used up in order, by the functions that take them. */
    private static Activation[] activations(GoldenFile file) {
        Iterator<Float> alphas = numbers(file, "activation_alpha");
        Iterator<Float> betas = numbers(file, "activation_beta");
        List<Activation> functions = new ArrayList<>();
        for (String name : file.metadata("activations", "").split(",")) {
            switch (name) {
                case "" -> {}
                case "Sigmoid" -> functions.add(Activation.SIGMOID);
                case "Tanh" -> functions.add(Activation.TANH);
                case "Relu" -> functions.add(Activation.RELU);
                case "Softsign" -> functions.add(Activation.SOFTSIGN);
                case "Softplus" -> functions.add(Activation.SOFTPLUS);
                case "HardSigmoid" -> functions.add(Activation.hardSigmoid(next(alphas, 0.2f), next(betas, 0.5f)));
                case "Elu" -> functions.add(Activation.elu(next(alphas, 1)));
                case "LeakyRelu" -> functions.add(Activation.leakyRelu(next(alphas, 0.01f)));
                case "ThresholdedRelu" -> functions.add(Activation.thresholdedRelu(next(alphas, 1)));
                case "ScaledTanh" -> functions.add(Activation.scaledTanh(next(alphas, 1), next(betas, 1)));
                case "Affine" -> functions.add(Activation.affine(next(alphas, 1), next(betas, 0)));
                default -> throw new IllegalArgumentException(file.name() + ": activation '" + name + "'");
            }
        }
        return functions.toArray(new Activation[0]);
    }

    private static Iterator<Float> numbers(GoldenFile file, String key) {
        return Stream.of(file.metadata(key, "").split(","))
                .filter(text -> !text.isEmpty())
                .map(Float::valueOf)
                .iterator();
    }

    private static float next(Iterator<Float> numbers, float otherwise) {
        return numbers.hasNext() ? numbers.next() : otherwise;
    }

    private static double[] weights(GoldenFile file, RecurrentConfig config) {
        WeightLayout layout = WeightLayout.of(config);
        double[] weights = new double[Math.toIntExact(layout.size())];
        int gates = config.gates();
        int h = config.hiddenSize();
        int[] order = order(config.cell());
        for (ParameterSpec spec : layout.parameters()) {
            int d = spec.direction();
            int at = Math.toIntExact(spec.offset());
            int[] peepholeOrder = {0, 2, 1};
            switch (spec.kind()) {
                case WEIGHT_IH -> permute(file.values("W"), d * gates, order, h * config.inputSize(), weights, at);
                case WEIGHT_HH -> permute(file.values("R"), d * gates, order, h * h, weights, at);
                case BIAS_IH -> permute(file.values("B"), d * 2 * gates, order, h, weights, at);
                case BIAS_HH -> permute(file.values("B"), (d * 2 + 1) * gates, order, h, weights, at);
                case WEIGHT_PEEPHOLE -> permute(file.values("P"), d * 3, peepholeOrder, h, weights, at);
                case WEIGHT_HR -> throw new AssertionError("ONNX has no projection");
            }
        }
        return weights;
    }

    /** Where ONNX keeps each canonical gate. */
    private static int[] order(CellKind cell) {
        return switch (cell) {
            case RNN -> new int[] {0};
            case LSTM -> new int[] {0, 2, 3, 1};
            case GRU -> new int[] {1, 0, 2};
        };
    }

    /** Block number {@code order[g]} of ONNX, counted from {@code first}, becomes our block g. */
    private static void permute(double[] from, int first, int[] order, int blockSize, double[] to, int at) {
        for (int g = 0; g < order.length; g++) {
            System.arraycopy(from, (first + order[g]) * blockSize, to, at + g * blockSize, blockSize);
        }
    }

    /** [T, D, N, H] → [T, N, D*H]. */
    private static double[] outputs(double[] y, int t, int directions, int n, int h) {
        double[] out = new double[y.length];
        for (int time = 0; time < t; time++) {
            for (int d = 0; d < directions; d++) {
                for (int row = 0; row < n; row++) {
                    System.arraycopy(
                            y,
                            ((time * directions + d) * n + row) * h,
                            out,
                            ((time * n + row) * directions + d) * h,
                            h);
                }
            }
        }
        return out;
    }
}
