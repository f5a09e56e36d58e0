package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.OracleCases;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.testing.Variants;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is specific to cuDNN: what it refuses, its precisions, its dropout. */
@Tag("gpu")
class CudnnLayerTest {
    private static final int T = 5;
    private static final int N = 4;

    @BeforeEach
    void requireTarget() {
        Target.CUDNN.require();
    }

    /** Whether a variant has a feature that cuDNN lacks, by its name. */
    private static boolean isRare(String name) {
        if (name.matches(".*(gate clip|peephole|coupled|everything|differ| before| none|rare).*")) {
            return true;
        }
        boolean namesAnActivation =
                name.matches("rnn [a-z_]+|(gru|lstm) [fgh]=.*") && !name.matches("rnn (nobias|bi|batch-major)");
        return namesAnActivation && !name.matches("rnn (tanh|relu)|(gru|lstm) f=sigmoid|lstm [gh]=tanh");
    }

    @Test
    void runsWhatTheDesignSaysAndRefusesTheRestByName() {
        Map<String, RecurrentConfig> all = new LinkedHashMap<>(Variants.all());
        SmallLayers.names().forEach(name -> all.put(name, SmallLayers.get(name)));
        all.forEach((name, config) -> {
            Availability support = Target.CUDNN.backend().supports(config);
            assertThat(support.available()).as("%s: %s", name, support.reason()).isEqualTo(!isRare(name));
            if (isRare(name)) {
                assertThatThrownBy(() -> RecurrentBuilder.of(config)
                                .backend(BackendKind.CUDNN)
                                .build())
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("backend CUDNN: ")
                        .hasMessageContaining("CPU and REFERENCE run it");
            }
        });
    }

    @Test
    void refusesOptionsThatItCannotMeet() {
        assertThatThrownBy(() ->
                        Target.CUDNN.on(Lstm.builder(2, 3), Precision.INT8).build())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("precision INT8")
                .hasMessageContaining("backend CPU");
        assertThatThrownBy(() -> Target.CUDNN
                        .on(Lstm.builder(2, 3))
                        .cudnnAlgorithm("fast")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cudnnAlgorithm: 'fast' (expected: auto, standard, persist or smallh)");
        assertThatThrownBy(() -> Target.CUDNN
                        .on(Lstm.builder(2, 3))
                        .projection(1)
                        .cudnnAlgorithm("persist")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a projection runs with the standard algorithm only");
        assertThatThrownBy(() -> Target.CUDNN
                        .on(Lstm.builder(2, 3))
                        .bias(false)
                        .cudnnAlgorithm("smallh")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smallh needs biases");
    }

    static Stream<Arguments> precisions() {
        Map<String, RecurrentConfig> layers = new LinkedHashMap<>();
        layers.put("lstm", RecurrentConfig.lstm(5, 7).build());
        layers.put(
                "lstm bi L2",
                RecurrentConfig.lstm(5, 7).bidirectional().layers(2).build());
        layers.put(
                "gru sum L2 batch-major",
                RecurrentConfig.gru(5, 7)
                        .bidirectional(Merge.SUM)
                        .layers(2)
                        .batchMajor(true)
                        .build());
        layers.put(
                "rnn reverse L2",
                RecurrentConfig.rnn(5, 7).direction(Direction.REVERSE).layers(2).build());
        layers.put(
                "gru dropout L3",
                RecurrentConfig.gru(5, 7).dropout(0.4f).layers(3).build());
        return layers.entrySet().stream()
                .flatMap(layer -> Stream.of(Precision.FLOAT16, Precision.BFLOAT16, Precision.TF32)
                        .flatMap(precision -> Stream.of(false, true)
                                .map(full -> Arguments.of(layer.getKey(), layer.getValue(), precision, full))));
    }

    /**
     * Each of the T·L steps on the way of a number rounds the states and gradients that it hands on to 2^-11 (float16, TF32's factors) or
     * 2^-8 (bfloat16): with T·L at most 15 and gradients through forward and backward, 2^-11 · 4 · √30 = 1.1e-2 and eight times that.
     */
    private static double tolerance(Precision precision) {
        return precision == Precision.BFLOAT16 ? 0.088 : 0.011;
    }

    @ParameterizedTest(name = "{0} {2} {3}")
    @MethodSource("precisions")
    void computesInOtherNumbers(String name, RecurrentConfig config, Precision precision, boolean full) {
        GoldenCase c = OracleCases.of(name, config, T, N, full, 11, 1, 2);
        try (RecurrentLayer layer = Target.CUDNN
                .on(RecurrentBuilder.of(config), precision)
                .dropoutSeed(1)
                .weights(Target.named(config, c.weights()))
                .build()) {
            Map<String, double[]> actual = LayerRun.train(layer, c, 2);
            double largest = c.expected().entrySet().stream()
                    .filter(e -> e.getKey().startsWith("grad."))
                    .flatMapToDouble(e -> Arrays.stream(e.getValue()).map(Math::abs))
                    .max()
                    .orElseThrow();
            c.expected().forEach((tensor, expected) -> {
                double own = Arrays.stream(expected).map(Math::abs).max().orElse(0);
                double scale = tensor.startsWith("grad.") && own > 0 ? largest / own : 1;
                Comparison.check(tensor, actual.get(tensor), expected, tolerance(precision) * scale);
            });
            assertThat(layer.explain().kernels()).contains(precision == Precision.TF32 ? "TF32" : "storage");
            assertThat(layer.precision()).isEqualTo(precision);
        }
    }

    @Test
    void refusesWeightsThatItsNumbersCannotHold() {
        try (Gru layer = Target.CUDNN.on(Gru.builder(4, 5), Precision.FLOAT16).build();
                FloatTensor x = layer.newInput(T, N);
                FloatTensor y = layer.newOutput(T, N)) {
            layer.weights().update(view -> view.all().set(7, -65_505));
            String message =
                    "weights: -65505.0 (expected: at most 65504.0 for float16 storage, float32 sums; precision FLOAT32"
                            + " holds more)";
            assertThatThrownBy(() -> layer.infer(x, null, null, y, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> layer.forward(x, null, null, y, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            layer.weights().update(view -> view.all().set(7, -65_504));
            layer.infer(x, null, null, y, null);
            assertThat(y.toArray()).doesNotContain(Float.NaN);
        }
    }

    @Test
    void drawsMasksOfItsOwnOnlyWhenAsked() {
        try (Gru layer = Target.CUDNN
                        .on(Gru.builder(4, 5))
                        .layers(3)
                        .dropout(0.5f)
                        .cudnnDropout(true)
                        .build();
                FloatTensor x = layer.newInput(T, N);
                FloatTensor y = layer.newOutput(T, N);
                FloatTensor again = layer.newOutput(T, N);
                FloatTensor dx = layer.newInput(T, N);
                Gradients gradients = layer.newGradients()) {
            x.fill(1);
            try (Tape tape = layer.forward(x, null, null, y, null)) {
                tape.backward(y, null, dx, null, gradients);
            }
            layer.forward(x, null, null, again, null).close();
            assertThat(again.toArray()).as("another call draws another mask").isNotEqualTo(y.toArray());
            assertThat(gradients.all().toArray()).doesNotContain(Float.NaN);
            assertThat(layer.explain().toString()).contains("dropout masks of cuDNN, which no other backend has");
        }
    }

    @Test
    void saysWhatRunsAndWhyNotTheFaster() {
        try (Lstm small = Target.CUDNN.on(Lstm.builder(4, 5)).build();
                Lstm large = Target.CUDNN.on(Lstm.builder(4, 193)).build();
                Lstm requested = Target.CUDNN
                        .on(Lstm.builder(4, 5))
                        .cudnnAlgorithm("standard")
                        .build()) {
            assertThat(explained(small)).contains("cuDNN smallh, float32 (FMA math)", "by rule");
            assertThat(explained(large)).contains("cuDNN standard", "by rule: H = 193 is above 192");
            assertThat(explained(requested)).contains("cuDNN standard", "as requested (cudnnAlgorithm)");
        }
    }

    private static String explained(Lstm layer) {
        try (FloatTensor x = layer.newInput(2, 2)) {
            layer.infer(x).close();
            return layer.explain().toString();
        }
    }
}
