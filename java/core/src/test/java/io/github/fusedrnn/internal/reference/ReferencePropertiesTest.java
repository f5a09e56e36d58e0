package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Variants;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** What holds for every layer, whatever its numbers. In float64, with sums in one order, all of it holds to the last bit. */
class ReferencePropertiesTest {
    private static final int TRIES = 150;

    @Provide
    Arbitrary<String> variants() {
        return Arbitraries.of(Variants.names());
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 2, 7, 17);
    }

    /** A call with everything drawn; nothing in it is null but c of cells without. */
    private static final class Call {
        final RecurrentConfig config;
        final int t;
        final int n;
        final double[] weights;
        int[] lengths;
        double[] x;
        double[] h0;
        double[] c0;
        double[] dy;
        double[] dhn;
        double[] dcn;

        Call(RecurrentConfig config, int t, int n, long seed) {
            RandomCalls random = new RandomCalls(seed);
            this.config = config;
            this.t = t;
            this.n = n;
            weights = random.weights(config);
            lengths = random.lengths(t, n);
            x = random.x(config, t, n);
            h0 = random.h(config, n);
            c0 = random.c(config, n);
            dy = random.y(config, t, n);
            dhn = random.h(config, n);
            dcn = random.c(config, n);
        }

        Result run() {
            ReferenceNetwork network = new ReferenceNetwork(config);
            ReferenceTape tape = network.forward(weights, t, n, lengths, x, h0, c0, true, 3, 5);
            return new Result(tape, network.backward(tape, dy, dhn, dcn));
        }
    }

    private record Result(ReferenceTape tape, ReferenceGradients gradients) {
        void isBitwise(Result other) {
            assertThat(tape.y()).as("y").containsExactly(other.tape.y());
            assertThat(tape.hn()).as("hn").containsExactly(other.tape.hn());
            assertThat(tape.cn()).as("cn").containsExactly(other.tape.cn());
            assertThat(gradients.dx()).as("dx").containsExactly(other.gradients.dx());
            assertThat(gradients.dh0()).as("dh0").containsExactly(other.gradients.dh0());
            assertThat(gradients.dc0()).as("dc0").containsExactly(other.gradients.dc0());
            assertThat(gradients.dweights()).as("dweights").containsExactly(other.gradients.dweights());
        }
    }

    @Property(tries = TRIES)
    void whatStandsInThePaddingHasNoInfluence(
            @ForAll("variants") String variant, @ForAll @IntRange(min = 1, max = 5) int t, @ForAll long seed) {
        Call clean = new Call(Variants.all().get(variant), t, 3, seed);
        Call dirty = new Call(clean.config, t, 3, seed);
        fillPadding(dirty, dirty.x, clean.config.inputSize());
        fillPadding(dirty, dirty.dy, clean.config.outputSize());
        Result result = dirty.run();
        result.isBitwise(clean.run());
        double[] y = result.tape().y().clone();
        double[] dx = result.gradients().dx().clone();
        forEachPadding(dirty, clean.config.outputSize(), at -> assertThat(y[at]).isZero());
        forEachPadding(dirty, clean.config.inputSize(), at -> assertThat(dx[at]).isZero());
    }

    private static void fillPadding(Call call, double[] sequence, int width) {
        forEachPadding(call, width, at -> sequence[at] = Double.NaN);
    }

    private static void forEachPadding(Call call, int width, IntConsumer visit) {
        for (int row = 0; row < call.n; row++) {
            for (int time = call.lengths[row]; time < call.t; time++) {
                int at = (call.config.batchMajor() ? row * call.t + time : time * call.n + row) * width;
                for (int j = 0; j < width; j++) {
                    visit.accept(at + j);
                }
            }
        }
    }

    @Property(tries = TRIES)
    void aRowOfLengthZeroPassesItsStateOn(@ForAll("variants") String variant, @ForAll long seed) {
        Call call = new Call(Variants.all().get(variant), 4, 1, seed);
        call.lengths = new int[] {0};
        Result result = call.run();
        assertThat(result.tape().y()).containsOnly(0.0);
        assertThat(result.tape().hn()).containsExactly(call.h0);
        assertThat(result.tape().cn()).containsExactly(call.c0);
        assertThat(result.gradients().dh0()).containsExactly(call.dhn);
        assertThat(result.gradients().dc0()).containsExactly(call.dcn);
        assertThat(result.gradients().dx()).containsOnly(0.0);
        assertThat(result.gradients().dweights()).containsOnly(0.0);
    }

    @Property(tries = TRIES)
    void aSequenceEqualsItsChainedSteps(
            @ForAll CellKind cell,
            @ForAll @IntRange(min = 1, max = 3) int layers,
            @ForAll("sizes") int hidden,
            @ForAll("sizes") int t,
            @ForAll long seed) {
        RecurrentConfig config =
                RecurrentConfig.builder(cell, 3, hidden).layers(layers).build();
        Call call = new Call(config, t, 2, seed);
        ReferenceNetwork network = new ReferenceNetwork(config);
        ReferenceTape whole = network.infer(call.weights, t, 2, null, call.x, call.h0, call.c0);
        double[] h = call.h0;
        double[] c = call.c0;
        int in = 2 * config.inputSize();
        int out = 2 * config.outputSize();
        for (int time = 0; time < t; time++) {
            double[] x = Arrays.copyOfRange(call.x, time * in, (time + 1) * in);
            ReferenceTape step = network.infer(call.weights, 1, 2, null, x, h, c);
            assertThat(step.y()).containsExactly(Arrays.copyOfRange(whole.y(), time * out, (time + 1) * out));
            h = step.hn();
            c = step.cn();
        }
        assertThat(whole.hn()).containsExactly(h);
        assertThat(whole.cn()).containsExactly(c);
    }

    /** Batch-major, so that a row of the batch is one piece of memory. */
    @Property(tries = TRIES)
    void theBatchMatesOfARowDoNotMatter(
            @ForAll CellKind cell,
            @ForAll boolean bidirectional,
            @ForAll @IntRange(min = 2, max = 5) int n,
            @ForAll long seed) {
        RecurrentConfig.Builder builder = RecurrentConfig.builder(cell, 3, 7).batchMajor(true);
        RecurrentConfig config = (bidirectional ? builder.bidirectional() : builder).build();
        int t = 4;
        Call all = new Call(config, t, n, seed);
        Result together = all.run();
        for (int row = 0; row < n; row++) {
            Call alone = new Call(config, t, 1, seed);
            System.arraycopy(all.weights, 0, alone.weights, 0, all.weights.length);
            alone.lengths = new int[] {all.lengths[row]};
            alone.x = row(all.x, row, n);
            alone.dy = row(all.dy, row, n);
            alone.h0 = stateRow(all.h0, row, n, config);
            alone.c0 = stateRow(all.c0, row, n, config);
            alone.dhn = stateRow(all.dhn, row, n, config);
            alone.dcn = stateRow(all.dcn, row, n, config);
            Result single = alone.run();
            assertThat(row(together.tape().y(), row, n))
                    .containsExactly(single.tape().y());
            assertThat(stateRow(together.tape().hn(), row, n, config))
                    .containsExactly(single.tape().hn());
            assertThat(stateRow(together.tape().cn(), row, n, config))
                    .containsExactly(single.tape().cn());
            assertThat(row(together.gradients().dx(), row, n))
                    .containsExactly(single.gradients().dx());
            assertThat(stateRow(together.gradients().dh0(), row, n, config))
                    .containsExactly(single.gradients().dh0());
        }
    }

    private static double[] row(double[] batchMajor, int row, int n) {
        int size = batchMajor.length / n;
        return Arrays.copyOfRange(batchMajor, row * size, (row + 1) * size);
    }

    private static double[] stateRow(double[] states, int row, int n, RecurrentConfig config) {
        int width = states.length / (config.stateLayers() * n);
        double[] result = new double[config.stateLayers() * width];
        for (int s = 0; s < config.stateLayers(); s++) {
            System.arraycopy(states, (s * n + row) * width, result, s * width, width);
        }
        return result;
    }

    @Property(tries = TRIES)
    void bothDirectionsEqualTwoRuns(@ForAll CellKind cell, @ForAll Merge merge, @ForAll long seed) {
        int t = 5;
        int n = 3;
        RecurrentConfig.Builder plain = RecurrentConfig.builder(cell, 3, 7);
        RecurrentConfig forward = plain.build();
        RecurrentConfig reverse =
                RecurrentConfig.builder(cell, 3, 7).direction(Direction.REVERSE).build();
        RecurrentConfig.Builder two = RecurrentConfig.builder(cell, 3, 7);
        RecurrentConfig both = two.bidirectional(merge).build();
        Call call = new Call(both, t, n, seed);
        int half = call.weights.length / 2;
        Result together = call.run();
        double[] first = call.weights;
        ReferenceTape ahead = one(forward, Arrays.copyOf(first, half), call, 0);
        ReferenceTape back = one(reverse, Arrays.copyOfRange(first, half, 2 * half), call, 1);
        for (int place = 0; place < t * n; place++) {
            for (int j = 0; j < 7; j++) {
                double a = ahead.y()[place * 7 + j];
                double b = back.y()[place * 7 + j];
                if (merge == Merge.SUM) {
                    assertThat(together.tape().y()[place * 7 + j]).isEqualTo(a + b);
                } else {
                    assertThat(together.tape().y()[place * 14 + j]).isEqualTo(a);
                    assertThat(together.tape().y()[place * 14 + 7 + j]).isEqualTo(b);
                }
            }
        }
        assertThat(Arrays.copyOf(together.tape().hn(), n * 7)).containsExactly(ahead.hn());
        assertThat(Arrays.copyOfRange(together.tape().hn(), n * 7, 2 * n * 7)).containsExactly(back.hn());
    }

    private static ReferenceTape one(RecurrentConfig config, double[] weights, Call call, int direction) {
        return new ReferenceNetwork(config)
                .infer(
                        weights,
                        call.t,
                        call.n,
                        call.lengths,
                        call.x,
                        half(call.h0, direction),
                        half(call.c0, direction));
    }

    private static double @Nullable [] half(double[] states, int direction) {
        int half = states.length / 2;
        return Arrays.copyOfRange(states, direction * half, (direction + 1) * half);
    }

    @Property(tries = TRIES)
    void twoLayersEqualOneAfterTheOther(@ForAll CellKind cell, @ForAll long seed) {
        RecurrentConfig both = RecurrentConfig.builder(cell, 3, 7).layers(2).build();
        RecurrentConfig lower = RecurrentConfig.builder(cell, 3, 7).build();
        RecurrentConfig upper = RecurrentConfig.builder(cell, 7, 7).build();
        Call call = new Call(both, 4, 3, seed);
        int split = Math.toIntExact(WeightLayout.of(lower).size());
        ReferenceTape whole =
                new ReferenceNetwork(both).infer(call.weights, 4, 3, call.lengths, call.x, call.h0, call.c0);
        ReferenceTape first = one(lower, Arrays.copyOf(call.weights, split), call, 0);
        ReferenceTape second = new ReferenceNetwork(upper)
                .infer(
                        Arrays.copyOfRange(call.weights, split, call.weights.length),
                        4,
                        3,
                        call.lengths,
                        first.y(),
                        half(call.h0, 1),
                        half(call.c0, 1));
        assertThat(whole.y()).containsExactly(second.y());
    }

    @Property(tries = TRIES)
    void timeMajorAndBatchMajorAreTheSameLayer(@ForAll CellKind cell, @ForAll long seed) {
        int t = 4;
        int n = 3;
        Call time = new Call(
                RecurrentConfig.builder(cell, 5, 7).bidirectional().layers(2).build(), t, n, seed);
        Call batch = new Call(
                RecurrentConfig.builder(cell, 5, 7)
                        .bidirectional()
                        .layers(2)
                        .batchMajor(true)
                        .build(),
                t,
                n,
                seed);
        batch.x = transposed(time.x, t, n);
        batch.dy = transposed(time.dy, t, n);
        Result a = time.run();
        Result b = batch.run();
        assertThat(transposed(a.tape().y(), t, n)).containsExactly(b.tape().y());
        assertThat(a.tape().hn()).containsExactly(b.tape().hn());
        assertThat(transposed(a.gradients().dx(), t, n))
                .containsExactly(b.gradients().dx());
        assertThat(a.gradients().dweights()).containsExactly(b.gradients().dweights());
    }

    /** [T, N, ·] → [N, T, ·]. */
    private static double[] transposed(double[] values, int t, int n) {
        int width = values.length / (t * n);
        double[] result = new double[values.length];
        for (int time = 0; time < t; time++) {
            for (int row = 0; row < n; row++) {
                System.arraycopy(values, (time * n + row) * width, result, (row * t + time) * width, width);
            }
        }
        return result;
    }

    /** Rows of f in a coupled LSTM and of r in a GRU without reset: whatever stands there, and the gradient is exactly zero. */
    @Property(tries = TRIES)
    void unusedParametersHaveNoInfluenceAndNoGradient(
            @ForAll boolean lstm, @ForAll boolean bidirectional, @ForAll long seed) {
        RecurrentConfig.Builder builder = lstm
                ? RecurrentConfig.lstm(5, 7).coupledInputForget(true).peepholes(true)
                : RecurrentConfig.gru(5, 7).reset(ResetPlacement.NONE);
        RecurrentConfig config = (bidirectional ? builder.bidirectional() : builder).build();
        Call clean = new Call(config, 4, 3, seed);
        Call dirty = new Call(config, 4, 3, seed);
        int gate = lstm ? 1 : 0;
        List<ParameterSpec> specs = WeightLayout.of(config).parameters();
        for (ParameterSpec spec : specs) {
            fill(dirty.weights, spec, gate, config.gates());
        }
        Result result = dirty.run();
        result.isBitwise(clean.run());
        for (ParameterSpec spec : specs) {
            int size = blockSize(spec, config.gates());
            int from = Math.toIntExact(spec.offset()) + gate * size;
            assertThat(Arrays.copyOfRange(result.gradients().dweights(), from, from + size))
                    .as(spec.name())
                    .containsOnly(0.0);
        }
    }

    private static void fill(double[] weights, ParameterSpec spec, int gate, int gates) {
        int size = blockSize(spec, gates);
        int from = Math.toIntExact(spec.offset()) + gate * size;
        Arrays.fill(weights, from, from + size, Double.NaN);
    }

    private static int blockSize(ParameterSpec spec, int gates) {
        int blocks = spec.kind() == ParameterSpec.Kind.WEIGHT_PEEPHOLE ? 3 : gates;
        return Math.toIntExact(spec.size()) / blocks;
    }

    @Property(tries = TRIES)
    void inferenceEqualsForwardWithoutDropout(@ForAll("variants") String variant, @ForAll long seed) {
        RecurrentConfig config = Variants.all().get(variant);
        Call call = new Call(config, 3, 2, seed);
        ReferenceNetwork network = new ReferenceNetwork(config);
        ReferenceTape inference = network.infer(call.weights, 3, 2, call.lengths, call.x, call.h0, call.c0);
        ReferenceTape forward =
                network.forward(call.weights, 3, 2, call.lengths, call.x, call.h0, call.c0, false, 3, 5);
        assertThat(inference.y()).containsExactly(forward.y());
        assertThat(inference.hn()).containsExactly(forward.hn());
    }

    @Property(tries = TRIES)
    void anotherDropoutCallDropsSomethingElse(@ForAll CellKind cell, @ForAll long seed) {
        RecurrentConfig config =
                RecurrentConfig.builder(cell, 5, 7).layers(2).dropout(0.5f).build();
        Call call = new Call(config, 4, 3, seed);
        call.lengths = new int[] {4, 4, 4};
        ReferenceNetwork network = new ReferenceNetwork(config);
        double[] a = network.forward(call.weights, 4, 3, null, call.x, null, null, true, seed, 1)
                .y();
        double[] again = network.forward(call.weights, 4, 3, null, call.x, null, null, true, seed, 1)
                .y();
        double[] b = network.forward(call.weights, 4, 3, null, call.x, null, null, true, seed, 2)
                .y();
        assertThat(again).containsExactly(a);
        assertThat(b).isNotEqualTo(a);
    }
}
