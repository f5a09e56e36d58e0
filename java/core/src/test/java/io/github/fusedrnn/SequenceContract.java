package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.GoldenCase;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.LayerRun.Result;
import io.github.fusedrnn.testing.OracleCases;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of sequences, batches and lengths, whatever the numbers are. */
abstract class SequenceContract extends Contract {
    private static final int T = 6;
    private static final int N = 5;

    /** Outputs are below 1 in these layers; where bits are not promised, two float32 computations of them may differ by 4 · 2^-24 · √(6·66). */
    private static final float ROUNDING = 5e-6f;

    SequenceContract(Target target) {
        super(target);
    }

    static Collection<String> layers() {
        return SmallLayers.names();
    }

    /** Those that read forward, so that their steps can be chained. */
    static List<String> forwardLayers() {
        return SmallLayers.names().stream()
                .filter(name -> SmallLayers.get(name).direction() == Direction.FORWARD)
                .toList();
    }

    /** A layer with random weights and a random batch for it. */
    private final class Batch implements AutoCloseable {
        final RecurrentConfig config;
        final RandomCalls random;
        final double[] weights;
        final RecurrentLayer layer;
        final float[] x;
        final int[] lengths;
        final float[] h0;
        final float[] c0;

        Batch(RecurrentConfig config, long seed) {
            this.config = config;
            this.random = new RandomCalls(seed);
            this.weights = random.weights(config);
            this.layer = target().layer(config, weights);
            this.x = LayerRun.floats(random.x(config, T, N));
            this.lengths = random.lengths(T, N);
            this.h0 = LayerRun.floats(random.h(config, N));
            this.c0 = LayerRun.floats(random.c(config, N));
        }

        Result run() {
            return LayerRun.infer(layer, T, N, x, lengths, h0, c0);
        }

        @Override
        public void close() {
            layer.close();
        }
    }

    private Batch batch(String name) {
        return new Batch(SmallLayers.get(name), name.hashCode());
    }

    /** Rows {@code order} of a {@code [outer, rows, width]} array. */
    private static float[] rows(float[] from, int outer, int rows, int... order) {
        if (from.length == 0) {
            return from;
        }
        int width = from.length / outer / rows;
        float[] to = new float[outer * order.length * width];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < order.length; i++) {
                System.arraycopy(from, (o * rows + order[i]) * width, to, (o * order.length + i) * width, width);
            }
        }
        return to;
    }

    private static float[] steps(float[] sequence, int from, int to) {
        int step = sequence.length / T;
        return Arrays.copyOfRange(sequence, from * step, to * step);
    }

    private void same(String what, float[] actual, float[] expected) {
        same(what, actual, expected, target().promisesBits());
    }

    private void same(String what, float[] actual, float[] expected, boolean bits) {
        if (bits) {
            Comparison.same(what + " on " + target(), actual, expected);
        } else {
            Comparison.near(what + " on " + target(), actual, expected, ROUNDING);
        }
    }

    private void same(Result actual, Result expected) {
        same("y", actual.y(), expected.y());
        same("h", actual.h(), expected.h());
        same("c", actual.c(), expected.c());
    }

    @ParameterizedTest
    @MethodSource("forwardLayers")
    void aSequenceEqualsItsChainedSteps(String name) {
        try (Batch b = batch(name)) {
            Result whole = LayerRun.infer(b.layer, T, N, b.x, null, b.h0, b.c0);
            float[] h = b.h0;
            float[] c = b.c0;
            for (int t = 0; t < T; t++) {
                Result step = LayerRun.infer(b.layer, 1, N, steps(b.x, t, t + 1), null, h, c);
                same("y of step " + t, step.y(), steps(whole.y(), t, t + 1), target().chainsBits());
                h = step.h();
                c = step.c();
            }
            same("final h", h, whole.h(), target().chainsBits());
            same("final c", c, whole.c(), target().chainsBits());
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void shufflingTheBatchChangesNoBit(String name) {
        try (Batch b = batch(name)) {
            int[] order = {3, 0, 4, 2, 1};
            Result straight = b.run();
            int layers = b.config.stateLayers();
            int[] lengths = Arrays.stream(order).map(i -> b.lengths[i]).toArray();
            Result shuffled = LayerRun.infer(
                    b.layer,
                    T,
                    N,
                    rows(b.x, T, N, order),
                    lengths,
                    rows(b.h0, layers, N, order),
                    rows(b.c0, layers, N, order));
            same(
                    shuffled,
                    new Result(
                            rows(straight.y(), T, N, order),
                            rows(straight.h(), layers, N, order),
                            rows(straight.c(), layers, N, order)));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aRowAloneGetsTheBitsItGetsInABatch(String name) {
        try (Batch b = batch(name)) {
            Result all = b.run();
            int layers = b.config.stateLayers();
            for (int[] some : new int[][] {{0}, {1}, {4}, {0, 1, 2, 3}, {2, 4}}) {
                int[] lengths = Arrays.stream(some).map(i -> b.lengths[i]).toArray();
                Result part = LayerRun.infer(
                        b.layer,
                        T,
                        some.length,
                        rows(b.x, T, N, some),
                        lengths,
                        rows(b.h0, layers, N, some),
                        rows(b.c0, layers, N, some));
                same(
                        part,
                        new Result(
                                rows(all.y(), T, N, some),
                                rows(all.h(), layers, N, some),
                                rows(all.c(), layers, N, some)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void paddingChangesNothing(String name) {
        RecurrentConfig config = SmallLayers.get(name);
        GoldenCase clean = OracleCases.of(name, config, T, N, true, name.hashCode(), 0, 0);
        GoldenCase poisoned = new GoldenCase(
                name,
                config,
                T,
                N,
                clean.lengths(),
                clean.weights(),
                poisoned(clean.x(), clean.lengths()),
                clean.h0(),
                clean.c0(),
                poisoned(clean.dy(), clean.lengths()),
                clean.dhn(),
                clean.dcn(),
                Map.of());
        try (RecurrentLayer layer = target().layer(config, clean.weights())) {
            Map<String, double[]> expected = LayerRun.train(layer, clean, 0);
            Map<String, double[]> actual = LayerRun.train(layer, poisoned, 0);
            expected.forEach((tensor, values) -> Comparison.same(tensor, actual.get(tensor), values));
            checkZeroPadding("y", expected.get("output"), clean.lengths());
            checkZeroPadding("dx", expected.get("grad.input"), clean.lengths());
        }
    }

    private static double[] poisoned(double[] sequence, int[] lengths) {
        double[] copy = sequence.clone();
        int width = copy.length / T / N;
        for (int t = 0; t < T; t++) {
            for (int n = 0; n < N; n++) {
                if (t >= lengths[n]) {
                    Arrays.fill(copy, (t * N + n) * width, (t * N + n + 1) * width, Double.NaN);
                }
            }
        }
        return copy;
    }

    private static void checkZeroPadding(String what, double[] sequence, int[] lengths) {
        int width = sequence.length / T / N;
        for (int t = 0; t < T; t++) {
            for (int n = 0; n < N; n++) {
                if (t >= lengths[n]) {
                    double[] padding = Arrays.copyOfRange(sequence, (t * N + n) * width, (t * N + n + 1) * width);
                    assertThat(padding)
                            .as("%s at t = %d of row %d with length %d", what, t, n, lengths[n])
                            .containsOnly(0);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void rowsOfLengthZeroKeepTheirState(String name) {
        try (Batch b = batch(name)) {
            Result result = LayerRun.infer(b.layer, T, N, b.x, new int[N], b.h0, b.c0);
            assertThat(result.y()).containsOnly(0);
            assertThat(result.h()).containsExactly(b.h0);
            assertThat(result.c()).containsExactly(b.c0);
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void fullLengthsEqualNoLengths(String name) {
        try (Batch b = batch(name)) {
            int[] full = new int[N];
            Arrays.fill(full, T);
            same(
                    LayerRun.infer(b.layer, T, N, b.x, full, b.h0, b.c0),
                    LayerRun.infer(b.layer, T, N, b.x, null, b.h0, b.c0));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void forwardForTrainingGivesTheBitsOfInference(String name) {
        RecurrentConfig config = SmallLayers.get(name);
        GoldenCase c = OracleCases.of(name, config, T, N, true, name.hashCode(), 0, 0);
        try (RecurrentLayer layer = target().layer(config, c.weights())) {
            Map<String, double[]> trained = LayerRun.train(layer, c, 0);
            Result result = LayerRun.infer(
                    layer, T, N, LayerRun.floats(c.x()), c.lengths(), LayerRun.floats(c.h0()), LayerRun.floats(c.c0()));
            same("y", LayerRun.floats(trained.get("output")), result.y());
            same("h", LayerRun.floats(trained.get("h_n")), result.h());
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void threadsChangeNoBit(String name) {
        RecurrentConfig config = SmallLayers.get(name);
        GoldenCase c = OracleCases.of(name, config, T, N, true, name.hashCode(), 0, 0);
        Map<String, double[]> single = null;
        for (int threads = 1; threads <= 3; threads++) {
            try (RecurrentLayer layer = target().layer(config, c.weights(), threads, 0)) {
                Map<String, double[]> now = LayerRun.train(layer, c, 0);
                if (single == null) {
                    single = now;
                }
                for (String tensor : single.keySet()) {
                    if (target().promisesBits()) {
                        Comparison.same(tensor + " with " + threads + " threads", now.get(tensor), single.get(tensor));
                    }
                }
                Result result = LayerRun.infer(
                        layer,
                        T,
                        N,
                        LayerRun.floats(c.x()),
                        c.lengths(),
                        LayerRun.floats(c.h0()),
                        LayerRun.floats(c.c0()));
                same("y of inference with " + threads + " threads", result.y(), LayerRun.floats(single.get("output")));
            }
        }
    }

    static Collection<String> largeLayers() {
        return SmallLayers.large().keySet();
    }

    @ParameterizedTest
    @MethodSource("largeLayers")
    void threadsAndBatchMatesChangeNoBitOfALargeLayer(String name) {
        Assumptions.assumeTrue(target().chainsBits(), "skipped: only our own kernels split the work, and promise bits");
        RecurrentConfig config = SmallLayers.large().get(name);
        RandomCalls random = new RandomCalls(name.hashCode());
        double[] weights = random.weights(config);
        int rows = 37;
        float[] x = LayerRun.floats(random.x(config, T, rows));
        int[] lengths = random.lengths(T, rows);
        Result expected = null;
        for (int threads = 1; threads <= 4; threads++) {
            try (RecurrentLayer layer = target().layer(config, weights, threads, 0)) {
                Result all = LayerRun.infer(layer, T, rows, x, lengths, null, null);
                if (expected == null) {
                    expected = all;
                }
                same(all, expected);
                int[] some = {36, 5, 17, 1};
                int[] someLengths = Arrays.stream(some).map(i -> lengths[i]).toArray();
                Result part = LayerRun.infer(layer, T, some.length, rows(x, T, rows, some), someLengths, null, null);
                same("y of some rows", part.y(), rows(expected.y(), T, rows, some));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("largeLayers")
    void threadsChangeNoBitOfALargeBackward(String name) {
        Assumptions.assumeTrue(target().chainsBits(), "skipped: only our own kernels split the work, and promise bits");
        RecurrentConfig config = SmallLayers.large().get(name);
        RandomCalls random = new RandomCalls(name.hashCode());
        int rows = 37;
        GoldenCase c = new GoldenCase(
                name,
                config,
                T,
                rows,
                random.lengths(T, rows),
                random.weights(config),
                random.x(config, T, rows),
                null,
                null,
                random.y(config, T, rows),
                null,
                null,
                Map.of());
        Map<String, double[]> single = null;
        for (int threads = 1; threads <= 4; threads++) {
            try (RecurrentLayer layer = target().layer(config, c.weights(), threads, 0)) {
                Map<String, double[]> now = LayerRun.train(layer, c, 0);
                if (single == null) {
                    single = now;
                }
                for (String tensor : single.keySet()) {
                    Comparison.same(tensor + " with " + threads + " threads", now.get(tensor), single.get(tensor));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void theSameCallTwiceGivesTheSameBits(String name) {
        RecurrentConfig config = SmallLayers.get(name);
        GoldenCase c = OracleCases.of(name, config, T, N, true, name.hashCode(), 0, 0);
        try (RecurrentLayer layer = target().layer(config, c.weights())) {
            Map<String, double[]> first = LayerRun.train(layer, c, 0);
            Map<String, double[]> second = LayerRun.train(layer, c, 0);
            first.forEach((tensor, values) -> Comparison.same(tensor, second.get(tensor), values));
        }
    }

    @Test
    void bidirectionalEqualsAForwardAndAReverseLayer() {
        for (CellKind cell : CellKind.values()) {
            RecurrentConfig config =
                    RecurrentConfig.builder(cell, 7, 17).bidirectional().build();
            try (Batch both = new Batch(config, 5)) {
                Result expected = both.run();
                int half = both.weights.length / 2;
                Result forward = half(both, cell, Direction.FORWARD, 0, Arrays.copyOfRange(both.weights, 0, half));
                Result reverse =
                        half(both, cell, Direction.REVERSE, 1, Arrays.copyOfRange(both.weights, half, 2 * half));
                int h = config.hiddenSize();
                float[] merged = new float[expected.y().length];
                for (int row = 0; row < T * N; row++) {
                    System.arraycopy(forward.y(), row * h, merged, 2 * row * h, h);
                    System.arraycopy(reverse.y(), row * h, merged, (2 * row + 1) * h, h);
                }
                same("y of " + cell, merged, expected.y());
                same("h of " + cell, joined(forward.h(), reverse.h()), expected.h());
                same("c of " + cell, joined(forward.c(), reverse.c()), expected.c());
            }
        }
    }

    private Result half(Batch both, CellKind cell, Direction direction, int index, double[] weights) {
        RecurrentConfig config =
                RecurrentConfig.builder(cell, 7, 17).direction(direction).build();
        int h = both.h0.length / 2;
        int c = both.c0.length / 2;
        try (RecurrentLayer layer = target().layer(config, weights)) {
            return LayerRun.infer(
                    layer,
                    T,
                    N,
                    both.x,
                    both.lengths,
                    Arrays.copyOfRange(both.h0, index * h, (index + 1) * h),
                    Arrays.copyOfRange(both.c0, index * c, (index + 1) * c));
        }
    }

    private static float[] joined(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void batchMajorEqualsTimeMajorTransposed() {
        for (CellKind cell : CellKind.values()) {
            RecurrentConfig timeMajor = RecurrentConfig.builder(cell, 7, 17)
                    .bidirectional()
                    .layers(2)
                    .build();
            RecurrentConfig batchMajor = RecurrentConfig.builder(cell, 7, 17)
                    .bidirectional()
                    .layers(2)
                    .batchMajor(true)
                    .build();
            GoldenCase c = OracleCases.of(cell + "", timeMajor, T, N, true, 3, 0, 0);
            GoldenCase turned = new GoldenCase(
                    c.name(),
                    batchMajor,
                    T,
                    N,
                    c.lengths(),
                    c.weights(),
                    transposed(c.x(), T, N),
                    c.h0(),
                    c.c0(),
                    transposed(c.dy(), T, N),
                    c.dhn(),
                    c.dcn(),
                    Map.of());
            try (RecurrentLayer a = target().layer(timeMajor, c.weights());
                    RecurrentLayer b = target().layer(batchMajor, c.weights())) {
                Map<String, double[]> expected = new LinkedHashMap<>(LayerRun.train(a, c, 0));
                Map<String, double[]> actual = LayerRun.train(b, turned, 0);
                for (String tensor : new String[] {"output", "grad.input"}) {
                    same(
                            cell + " " + tensor,
                            LayerRun.floats(transposed(actual.get(tensor), N, T)),
                            LayerRun.floats(expected.get(tensor)));
                }
                same(cell + " h", LayerRun.floats(actual.get("h_n")), LayerRun.floats(expected.get("h_n")));
            }
        }
    }

    /** [a, b, w] → [b, a, w]. */
    private static double[] transposed(double[] from, int a, int b) {
        int width = from.length / a / b;
        double[] to = new double[from.length];
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                System.arraycopy(from, (i * b + j) * width, to, (j * a + i) * width, width);
            }
        }
        return to;
    }
}
