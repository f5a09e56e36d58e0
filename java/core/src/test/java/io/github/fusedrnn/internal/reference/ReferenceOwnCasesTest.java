package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.weights.WeightLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cases of the project's own, for a checkout that has nothing beside it: results that this reference gave when it agreed with PyTorch to
 * 2e-15 and with central differences in every variant. What goes in is a rule of whole numbers, exact in float32 too. The file has lines
 * {@code case tensor values…}; {@link #main} prints it anew.
 */
class ReferenceOwnCasesTest {
    private static final String RESOURCE = "/reference-cases.txt";
    private static final int T = 3;
    private static final int N = 2;
    private static final int[] LENGTHS = {2, 3};
    /** Only exp and tanh may differ from one Java to another, by a unit in the last place each. */
    private static final double TOLERANCE = 1e-12;

    private static final Map<String, RecurrentConfig> CASES = cases();

    private static Map<String, RecurrentConfig> cases() {
        Map<String, RecurrentConfig.Builder> builders = new LinkedHashMap<>();
        builders.put("rnn-tanh", RecurrentConfig.rnn(2, 3));
        builders.put(
                "rnn-relu-bidirectional",
                RecurrentConfig.rnn(2, 3).activations(Activation.RELU).bidirectional());
        builders.put("lstm", RecurrentConfig.lstm(2, 3));
        builders.put(
                "lstm-two-layers-dropout", RecurrentConfig.lstm(2, 3).layers(2).dropout(0.5f));
        builders.put(
                "lstm-projection-bidirectional",
                RecurrentConfig.lstm(2, 3).projection(2).bidirectional());
        builders.put(
                "lstm-peepholes-cell-clip",
                RecurrentConfig.lstm(2, 3).peepholes(true).cellClip(0.25f));
        builders.put("lstm-coupled", RecurrentConfig.lstm(2, 3).coupledInputForget(true));
        builders.put("gru-after", RecurrentConfig.gru(2, 3));
        builders.put(
                "gru-before-sum",
                RecurrentConfig.gru(2, 3).reset(ResetPlacement.BEFORE).bidirectional(Merge.SUM));
        builders.put(
                "gru-none-gate-clip",
                RecurrentConfig.gru(2, 3).reset(ResetPlacement.NONE).gateClip(0.5f));
        Map<String, RecurrentConfig> all = new LinkedHashMap<>();
        builders.forEach((name, builder) -> all.put(name, builder.build()));
        return all;
    }

    static List<String> names() {
        return List.copyOf(CASES.keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void givesTheRecordedNumbers(String name) {
        Map<String, double[]> expected = recorded().get(name);
        assertThat(expected).as("%s in %s", name, RESOURCE).isNotNull();
        Map<String, double[]> actual = compute(CASES.get(name));
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach(
                (tensor, values) -> Comparison.check(name + " " + tensor, values, expected.get(tensor), TOLERANCE));
    }

    private static Map<String, double[]> compute(RecurrentConfig config) {
        ReferenceNetwork network = new ReferenceNetwork(config);
        int states = config.stateLayers() * N;
        int cells = config.hasCellState() ? states * config.hiddenSize() : 0;
        ReferenceTape tape = network.forward(
                numbers(1, WeightLayout.of(config).size()),
                T,
                N,
                LENGTHS,
                numbers(2, (long) T * N * config.inputSize()),
                numbers(3, (long) states * config.stateSize()),
                numbers(4, cells),
                true,
                1,
                2);
        ReferenceGradients gradients = network.backward(
                tape,
                numbers(5, (long) T * N * config.outputSize()),
                numbers(6, (long) states * config.stateSize()),
                numbers(7, cells));
        Map<String, double[]> results = new TreeMap<>();
        results.put("y", tape.y());
        results.put("hn", tape.hn());
        results.put("dx", gradients.dx());
        results.put("dh0", gradients.dh0());
        results.put("dweights", gradients.dweights());
        if (config.hasCellState()) {
            results.put("cn", tape.cn());
            results.put("dc0", gradients.dc0());
        }
        return results;
    }

    /** Multiples of 1/64 in [−50/64, 50/64], in an order that repeats after 101. */
    private static double[] numbers(int stream, long size) {
        double[] values = new double[Math.toIntExact(size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = ((i * 37 + stream * 11) % 101 - 50) / 64.0;
        }
        return values;
    }

    private static Map<String, Map<String, double[]>> recorded() {
        Map<String, Map<String, double[]>> all = new LinkedHashMap<>();
        try (InputStream in = ReferenceOwnCasesTest.class.getResourceAsStream(RESOURCE)) {
            assertThat(in).as(RESOURCE).isNotNull();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .forEach(parts -> all.computeIfAbsent(parts[0], name -> new TreeMap<>())
                            .put(
                                    parts[1],
                                    Arrays.stream(parts)
                                            .skip(2)
                                            .mapToDouble(Double::parseDouble)
                                            .toArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** Prints the file; only for a change that means to change the numbers. */
    public static void main(String[] args) {
        System.out.println("# case tensor values: results of the reference; see ReferenceOwnCasesTest");
        CASES.forEach((name, config) -> compute(config)
                .forEach((tensor, values) -> System.out.println(name + " " + tensor + " "
                        + Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" ")))));
    }
}
