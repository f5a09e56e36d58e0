package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.check.LayerGradients;
import io.github.fusedrnn.check.ReferenceLayer;
import io.github.fusedrnn.check.ReferenceRun;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import io.github.fusedrnn.weights.ParameterSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes golden cases of our own, in PyTorch's form, from the oracle's results: what the tests need where the shared
 * folder is absent.
 */
final class CaseWriter {
    private final SplittableRandom random = new SplittableRandom(7);
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, double[]> tensors = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private int @Nullable [] lengths;

    /**
     * A case of an LSTM, GRU or tanh RNN with given lengths; all values are float32 numbers.
     *
     * @param outputSteps how many steps output and its upstream have in the file
     */
    static CaseWriter pytorch(RecurrentConfig config, int t, int n, int @Nullable [] lengths, int outputSteps) {
        CaseWriter c = new CaseWriter();
        c.lengths = lengths;
        c.metadata.put("mode", config.cell().name().equals("RNN") ? "rnn_tanh" : Texts.lower(config.cell()));
        c.metadata.put("input_size", "" + config.inputSize());
        c.metadata.put("hidden_size", "" + config.hiddenSize());
        c.metadata.put("num_layers", "" + config.layers());
        c.metadata.put("bidirectional", "" + (config.directions() == 2));
        c.metadata.put("batch_first", "" + config.batchMajor());
        ReferenceLayer layer = ReferenceLayer.of(config);
        for (ParameterSpec spec : layer.layout().parameters()) {
            double[] values = c.draw((int) spec.size());
            layer.setWeight(spec.name(), values);
            c.put(
                    spec.name(),
                    values,
                    spec.shape().stream().mapToLong(Long::longValue).toArray());
        }
        double[] x = c.draw(t * n * config.inputSize());
        c.put("input", x, c.sequence(config, t, n, config.inputSize()));
        int longest = Math.max(t, outputSteps);
        SequenceInput input = SequenceInput.of(longest, n, resize(config, x, t, longest, n));
        ReferenceRun run = layer.forward(lengths == null ? input : input.withLengths(lengths));
        double[] dy = c.draw(outputSteps * n * config.outputSize());
        LayerGradients gradients = run.backward(resize(config, dy, outputSteps, longest, n), null, null);
        c.put(
                "output",
                resize(config, run.y(), longest, outputSteps, n),
                c.sequence(config, outputSteps, n, config.outputSize()));
        c.put("upstream.output", dy, c.sequence(config, outputSteps, n, config.outputSize()));
        c.put("h_n", run.hn(), config.stateLayers(), n, config.stateSize());
        c.put(
                "grad.input",
                resize(config, gradients.dx(), longest, t, n),
                c.sequence(config, t, n, config.inputSize()));
        for (ParameterSpec spec : layer.layout().parameters()) {
            c.put(
                    "grad." + spec.name(),
                    gradients.weight(spec.name()),
                    spec.shape().stream().mapToLong(Long::longValue).toArray());
        }
        return c;
    }

    private double[] draw(int size) {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private void put(String name, double[] values, long... shape) {
        tensors.put(name, values);
        shapes.put(name, shape);
    }

    private long[] sequence(RecurrentConfig config, int t, int n, int width) {
        return config.batchMajor() ? new long[] {n, t, width} : new long[] {t, n, width};
    }

    /** Cuts or lengthens a sequence, with zeros, from {@code from} to {@code to} steps. */
    private static double[] resize(RecurrentConfig config, double[] values, int from, int to, int n) {
        if (!config.batchMajor()) {
            return Arrays.copyOf(values, values.length / from * to);
        }
        int row = values.length / n / from;
        double[] resized = new double[n * to * row];
        for (int i = 0; i < n; i++) {
            System.arraycopy(values, i * from * row, resized, i * to * row, Math.min(from, to) * row);
        }
        return resized;
    }

    /** Adds a metadata string. */
    CaseWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Writes other lengths than the results are of. */
    CaseWriter lengths(int... others) {
        lengths = others;
        return this;
    }

    /** Leaves a tensor out. */
    CaseWriter without(String tensor) {
        tensors.remove(tensor);
        return this;
    }

    /** Adds to one element of a tensor. */
    CaseWriter falsify(String tensor, int element, double by) {
        double[] values = tensors.get(tensor).clone();
        values[element] += by;
        tensors.put(tensor, values);
        return this;
    }

    /** Adds a tensor of zeros. */
    CaseWriter zeros(String tensor, long... shape) {
        put(tensor, new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)], shape);
        return this;
    }

    /** Writes the case in float64. */
    CaseWriter write64(Path path) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, values) -> writer.doubles(name, values, shapes.get(name)));
        return finish(writer, path);
    }

    /** Writes the case in float32. */
    CaseWriter write32(Path path) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, values) -> {
            float[] narrow = new float[values.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (float) values[i];
            }
            writer.floats(name, narrow, shapes.get(name));
        });
        return finish(writer, path);
    }

    private CaseWriter finish(SafetensorsWriter writer, Path path) throws IOException {
        metadata.forEach(writer::metadata);
        if (lengths != null) {
            writer.longs("lengths", Arrays.stream(lengths).asLongStream().toArray(), lengths.length);
        }
        writer.write(path);
        return this;
    }
}
