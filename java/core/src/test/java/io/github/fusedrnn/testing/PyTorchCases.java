package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Golden files of PyTorch's recurrent modules: names and layouts are our own canonical ones. */
public final class PyTorchCases {
    private PyTorchCases() {}

    public static GoldenCase of(GoldenFile file) {
        RecurrentConfig config = config(file);
        WeightLayout layout = WeightLayout.of(config);
        double[] weights = new double[Math.toIntExact(layout.size())];
        for (ParameterSpec spec : layout.parameters()) {
            double[] values = file.values(spec.name());
            System.arraycopy(values, 0, weights, Math.toIntExact(spec.offset()), values.length);
        }
        Map<String, double[]> expected = new LinkedHashMap<>();
        for (String name : file.tensors()) {
            if (name.equals("output") || name.equals("h_n") || name.equals("c_n") || name.startsWith("grad.")) {
                expected.put(name, file.values(name));
            }
        }
        int[] shape = file.shape("input");
        int time = config.batchMajor() ? 1 : 0;
        return new GoldenCase(
                file.name(),
                config,
                shape[time],
                shape[1 - time],
                lengths(file, "lengths"),
                weights,
                file.values("input"),
                optional(file, "h_0"),
                optional(file, "c_0"),
                optional(file, "upstream.output"),
                optional(file, "upstream.h_n"),
                optional(file, "upstream.c_n"),
                expected);
    }

    private static RecurrentConfig config(GoldenFile file) {
        String mode = file.metadata("mode", "");
        int c = file.number("input_size");
        int h = file.number("hidden_size");
        RecurrentConfig.Builder builder =
                switch (mode) {
                    case "lstm" -> RecurrentConfig.lstm(c, h);
                    case "gru" -> RecurrentConfig.gru(c, h);
                    case "rnn_tanh" -> RecurrentConfig.rnn(c, h);
                    case "rnn_relu" -> RecurrentConfig.rnn(c, h).activations(Activation.RELU);
                    default -> throw new IllegalArgumentException(file.name() + ": mode '" + mode + "'");
                };
        if (is(file, "bidirectional")) {
            builder.bidirectional();
        }
        return builder.layers(file.number("num_layers"))
                .projection(file.number("proj_size"))
                .bias(is(file, "bias"))
                .batchMajor(is(file, "batch_first"))
                .build();
    }

    private static boolean is(GoldenFile file, String key) {
        return Boolean.parseBoolean(file.metadata(key, "false"));
    }

    static double @Nullable [] optional(GoldenFile file, String tensor) {
        return file.has(tensor) ? file.values(tensor) : null;
    }

    static int @Nullable [] lengths(GoldenFile file, String tensor) {
        if (!file.has(tensor)) {
            return null;
        }
        double[] values = file.values(tensor);
        int[] lengths = new int[values.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (int) values[i];
        }
        return lengths;
    }
}
