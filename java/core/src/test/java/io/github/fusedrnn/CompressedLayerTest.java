package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.check.PrecisionCheck;
import io.github.fusedrnn.check.PrecisionReport;
import io.github.fusedrnn.check.SequenceInput;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.testing.Variants;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CompressedLayerTest {
    private static final List<Precision> COMPRESSED = List.of(Precision.FLOAT16, Precision.INT8);

    static Stream<Target> sets() {
        return EnumSet.of(Target.CPU_PLAIN, Target.CPU_NEON, Target.CPU_AVX2, Target.CPU_AVX512).stream();
    }

    static Stream<Arguments> setsAndPrecisions() {
        return sets().flatMap(set -> COMPRESSED.stream().map(precision -> Arguments.of(set, precision)));
    }

    private static RecurrentLayer layer(Target set, RecurrentConfig config, double[] weights, Precision precision) {
        return set.on(RecurrentBuilder.of(config), precision)
                .weights(Target.named(config, weights))
                .build();
    }

    private static LayerRun.Result infer(RecurrentLayer layer, int t, int n, int[] lengths) {
        RandomCalls random = new RandomCalls(17);
        RecurrentConfig config = layer.config();
        return LayerRun.infer(
                layer,
                t,
                n,
                LayerRun.floats(random.x(config, t, n)),
                lengths,
                LayerRun.floats(random.h(config, n)),
                LayerRun.floats(random.c(config, n)));
    }

    /** Multiples of 2^-10 below 1 have a half: nothing is rounded. */
    @ParameterizedTest
    @MethodSource("sets")
    void halvesOfRoundWeightsGiveTheBitsOfFloat32(Target set) {
        set.require();
        for (String name : supported()) {
            RecurrentConfig config = Variants.all().get(name);
            double[] weights = Arrays.stream(new RandomCalls(5).weights(config))
                    .map(w -> Math.rint(w * 1024) / 1024)
                    .toArray();
            try (RecurrentLayer exact = layer(set, config, weights, Precision.FLOAT32);
                    RecurrentLayer half = layer(set, config, weights, Precision.FLOAT16)) {
                int[] lengths = {4, 0, 2};
                LayerRun.Result expected = infer(exact, 4, 3, lengths);
                LayerRun.Result actual = infer(half, 4, 3, lengths);
                assertThat(actual.y()).as("%s %s y", set, name).isEqualTo(expected.y());
                assertThat(actual.h()).as("%s %s h", set, name).isEqualTo(expected.h());
                assertThat(actual.c()).as("%s %s c", set, name).isEqualTo(expected.c());
            }
        }
    }

    /**
     * Weights as PyTorch draws them, |w| ≤ 1/√H. A half is off by at most 2^-12 |w|, an int8 by 1/254 of its row's largest: over 2·64 terms
     * of random sign, of which inputs and h are at most 1, that is 3e-5 and 5e-4 in a gate at one sigma, a third of it in h.
     */
    @ParameterizedTest
    @MethodSource("setsAndPrecisions")
    void losesNoMoreThanItsBits(Target set, Precision precision) {
        set.require();
        double allowed = precision == Precision.FLOAT16 ? 1e-4 : 3e-3;
        try (Lstm lstm = set.on(Lstm.builder(64, 64).bidirectional().layers(2).seed(3), precision)
                        .build();
                Gru gru = set.on(Gru.builder(64, 64).seed(3), precision).build()) {
            for (RecurrentLayer layer : List.of(lstm, gru)) {
                PrecisionReport report = PrecisionCheck.measure(layer, 1, 5, 1);
                assertThat(report.largestError())
                        .as("%s %s: %s", set, layer.config().cell(), report)
                        .isBetween(1e-8, allowed * 1.5 * layer.config().layers());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("setsAndPrecisions")
    void threadsAndBatchMatesChangeNoBit(Target set, Precision precision) {
        set.require();
        RecurrentConfig config = RecurrentConfig.lstm(40, 101).projection(67).build();
        double[] weights = new RandomCalls(2).weights(config);
        try (RecurrentLayer one = layer(set, config, weights, precision);
                RecurrentLayer two = set.on(RecurrentBuilder.of(config), precision)
                        .threads(2)
                        .weights(Target.named(config, weights))
                        .build();
                FloatTensor x = one.newInput(3, 1);
                FloatTensor y = one.newOutput(3, 1);
                Session session = one.session(5, 2, 2)) {
            float[] all = infer(one, 3, 7, null).y();
            assertThat(infer(two, 3, 7, null).y()).isEqualTo(all);
            // zero states, one row: as the first of two rows
            float[] both = LayerRun.infer(
                            one, 3, 2, LayerRun.floats(new RandomCalls(8).x(config, 3, 2)), null, null, null)
                    .y();
            float[] inputs = LayerRun.floats(new RandomCalls(8).x(config, 3, 2));
            for (int t = 0; t < 3; t++) {
                for (int i = 0; i < 40; i++) {
                    x.set(t * 40L + i, inputs[t * 80 + i]);
                }
            }
            session.infer(x, null, null, y, null);
            for (int t = 0; t < 3; t++) {
                for (int i = 0; i < 67; i++) {
                    assertThat(y.get(t * 67L + i)).isEqualTo(both[t * 134 + i]);
                }
            }
        }
    }

    private static List<String> supported() {
        return Variants.all().keySet().stream()
                .filter(name -> BackendRegistry.open(BackendKind.CPU)
                        .supports(
                                Variants.all().get(name),
                                new EngineOptions("auto", "packed", Precision.INT8, PlanChoices.RULE))
                        .available())
                .toList();
    }

    @Test
    void takesStandardCellsAndRefusesRareOnesByName() {
        Target.CPU_PLAIN.require();
        List<String> supported = supported();
        assertThat(supported)
                .contains(
                        "lstm",
                        "gru",
                        "rnn",
                        "lstm bi L2",
                        "gru bi sum L2",
                        "lstm projection",
                        "lstm cell clip",
                        "rnn relu")
                .noneMatch(name ->
                        name.matches(".*(gate clip|peephole|coupled|before|none|everything|differ|softsign|elu$).*")
                                && !name.equals("rnn relu"));
        Variants.all().forEach((name, config) -> {
            if (!supported.contains(name)) {
                assertThatThrownBy(
                                () -> Target.CPU_PLAIN
                                        .on(RecurrentBuilder.of(config), Precision.FLOAT16)
                                        .build(),
                                name)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("precision FLOAT16 with ")
                        .hasMessageContaining("FLOAT32 does it");
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Target.class,
            names = {"REFERENCE", "CPU_OPENBLAS"})
    void isRefusedWhereNobodyCompresses(Target target) {
        target.require();
        for (Precision precision : COMPRESSED) {
            assertThatThrownBy(() -> target.on(Lstm.builder(3, 4), precision).build())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("precision " + precision)
                    .hasMessageContaining(target == Target.REFERENCE ? "backend CPU" : "OpenBLAS");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"BFLOAT16", "TF32"})
    void precisionsOfTheGpuAreRefusedByName(Precision precision) {
        Target.CPU_PLAIN.require();
        assertThatThrownBy(
                        () -> Target.CPU_PLAIN.on(Lstm.builder(3, 4), precision).build())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("precision " + precision + " is not supported")
                .hasMessageContaining("backend CUDNN");
    }

    @Test
    void runsOnPlainKernelsWhereOpenBlasIsTheDefault() {
        Target.CPU_PLAIN.require();
        try (Gru gru = Gru.builder(3, 4)
                .backend(BackendKind.CPU)
                .cpuIsa("plain")
                .precision(Precision.INT8)
                .build()) {
            assertThat(gru.explain().kernels()).contains("plain").contains("int8");
        }
    }

    @Test
    void refusesToTrain() {
        Target.CPU_PLAIN.require();
        try (Lstm lstm = Target.CPU_PLAIN
                        .on(Lstm.builder(3, 4), Precision.FLOAT16)
                        .build();
                FloatTensor x = lstm.newInput(2, 1);
                FloatTensor y = lstm.newOutput(2, 1)) {
            assertThatThrownBy(() -> lstm.forward(x, null, null, y, null))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("FLOAT16")
                    .hasMessageContaining("FLOAT32");
            assertThatThrownBy(() -> lstm.forward(x, null, null, y, null, 0))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThat(lstm.dropoutCalls()).isZero();
            lstm.infer(x, null, null, y, null);
        }
    }

    @Test
    void explainsBytesAndAccuracy() {
        Target.CPU_PLAIN.require();
        try (Lstm exact = Target.CPU_PLAIN
                        .on(Lstm.builder(64, 64), Precision.FLOAT32)
                        .build();
                Lstm half = Target.CPU_PLAIN
                        .on(Lstm.builder(64, 64), Precision.FLOAT16)
                        .build();
                Lstm bytes = Target.CPU_PLAIN
                        .on(Lstm.builder(64, 64), Precision.INT8)
                        .build()) {
            assertThat(exact.explain().notes()).isEmpty();
            assertThat(half.accuracy()).isNull();
            assertThat(half.explain().toString()).contains("not measured", "PrecisionCheck");
            PrecisionReport report = PrecisionCheck.measure(half, 3, 2, 1);
            assertThat(report.outputs())
                    .extracting(PrecisionReport.Output::tensor)
                    .containsExactly("y", "hn", "cn");
            assertThat(report.toString()).contains("FLOAT16", "mean error");
            assertThat(half.accuracy()).isNotNull();
            assertThat(half.explain().toString())
                    .contains("accuracy of FLOAT16: largest error")
                    .doesNotContain("measure again");
            half.weights().update(view -> view.get("bias_ih_l0").set(0, 1));
            assertThat(half.explain().toString()).contains("measure again");

            PrecisionCheck.measure(exact, 1, 1, 1);
            PrecisionCheck.measure(bytes, 1, 1, 1);
            long all = exact.explain().packedBytes();
            assertThat((double) half.explain().packedBytes() / all).isBetween(0.49, 0.52);
            assertThat((double) bytes.explain().packedBytes() / all).isBetween(0.24, 0.29);
        }
    }

    @Test
    void measuresOnGivenInputAndLengths() {
        Target.CPU_PLAIN.require();
        RecurrentConfig config = RecurrentConfig.gru(5, 9).bidirectional().build();
        RandomCalls random = new RandomCalls(4);
        double[] weights = random.weights(config);
        SequenceInput input = SequenceInput.of(4, 3, random.x(config, 4, 3))
                .withLengths(4, 0, 2)
                .withState(random.h(config, 3), null);
        try (RecurrentLayer exact = layer(Target.CPU_PLAIN, config, weights, Precision.FLOAT32);
                RecurrentLayer bytes = layer(Target.CPU_PLAIN, config, weights, Precision.INT8)) {
            // float32's own rounding of outputs of size 1, and the worst of int8's 1/254 on some gates
            assertThat(PrecisionCheck.measure(exact, input).largestError()).isBetween(1e-9, 1e-6);
            assertThat(PrecisionCheck.measure(bytes, input).largestError()).isBetween(1e-5, 2e-2);
            assertThatThrownBy(() -> PrecisionCheck.measure(bytes, 0, 1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("steps");
        }
    }

    @Test
    void followsNewWeights() {
        Target.CPU_PLAIN.require();
        for (Precision precision : COMPRESSED) {
            try (Rnn rnn = Target.CPU_PLAIN.on(Rnn.builder(2, 3), precision).build()) {
                float[] before = infer(rnn, 1, 1, null).y();
                rnn.weights().update(view -> view.get("weight_ih_l0").fill(0.25f));
                assertThat(infer(rnn, 1, 1, null).y()).isNotEqualTo(before);
            }
        }
    }

    @Test
    void refusesAWeightThatNoHalfHolds() {
        Target.CPU_PLAIN.require();
        RecurrentConfig config = RecurrentConfig.rnn(1, 1).bias(false).build();
        Map<String, float[]> weights = Map.of("weight_ih_l0", new float[] {70000f}, "weight_hh_l0", new float[] {0f});
        try (RecurrentLayer half = Target.CPU_PLAIN
                .on(RecurrentBuilder.of(config), Precision.FLOAT16)
                .weights(weights)
                .build()) {
            assertThatThrownBy(() -> infer(half, 1, 1, null))
                    .isInstanceOf(FusedRnnException.class)
                    .hasMessageContaining("70000")
                    .hasMessageContaining("65504");
        }
    }
}
