package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.internal.math.DropoutMask;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.Comparison;
import io.github.fusedrnn.testing.LayerRun;
import io.github.fusedrnn.testing.RandomCalls;
import io.github.fusedrnn.testing.Target;
import io.github.fusedrnn.weights.Initializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Cells: a step at a time gives what the layer gives, in stacks too, forward and backward. */
abstract class CellContract extends Contract {
    private static final int T = 5;
    private static final int N = 3;
    private static final int C = 4;
    private static final int H = 7;

    /** Values below 1 after at most 2 layers of 5 steps of 14 terms: 4 · 2^-24 · √140 = 2.8e-6, on both sides. */
    private static final float ROUNDING = 6e-6f;

    /** Gradients are sums of such values over T·N = 15 terms, each below 1. */
    private static final float GRADIENT_ROUNDING = 15 * ROUNDING;

    CellContract(Target target) {
        super(target);
    }

    private Lstm.Builder lstm(int c, int h) {
        return target().on(Lstm.builder(c, h));
    }

    private FloatTensor random(RecurrentCell cell, long seed, long... dims) {
        FloatTensor tensor = cell.newTensor(dims);
        return tensor.copyFrom(LayerRun.floats(new RandomCalls(seed).uniform(tensor.size(), 1)));
    }

    private CellState randomState(RecurrentCell cell, long seed) {
        CellState state = cell.zeroState(N);
        for (RecurrentState part : state.parts()) {
            part.h()
                    .copyFrom(LayerRun.floats(
                            new RandomCalls(seed).uniform(part.h().size(), 1)));
            if (part.hasCellState()) {
                part.c()
                        .copyFrom(LayerRun.floats(
                                new RandomCalls(seed + 1).uniform(part.c().size(), 1)));
            }
        }
        return state;
    }

    private void same(String what, float[] actual, float[] expected) {
        if (target().chainsBits()) {
            Comparison.same(what, actual, expected);
        } else {
            Comparison.near(what, actual, expected, ROUNDING);
        }
    }

    private static List<float[]> values(CellState state) {
        List<float[]> all = new ArrayList<>();
        for (RecurrentState part : state.parts()) {
            all.add(part.h().toArray());
            if (part.hasCellState()) {
                all.add(part.c().toArray());
            }
        }
        return all;
    }

    /** Steps in place and the unrolled sequence agree. */
    private void checkStepsEqualUnroll(RecurrentCell cell) {
        try (FloatTensor x = random(cell, 1, T, N, cell.inputSize());
                CellState start = randomState(cell, 2);
                CellState state = cell.zeroState(N);
                FloatTensor y = cell.newOutput(N);
                CellOutput whole = cell.unroll(x, null, start)) {
            state.copyFrom(start);
            for (int t = 0; t < T; t++) {
                cell.step(x.slice(t, 1).reshape(N, cell.inputSize()), state, y, state);
                same("y of step " + t, y.toArray(), whole.y().slice(t, 1).toArray());
            }
            List<float[]> actual = values(state);
            List<float[]> expected = values(whole.state());
            for (int i = 0; i < expected.size(); i++) {
                same("state " + i, actual.get(i), expected.get(i));
            }
        }
    }

    @Test
    void everyCellStepsAsItUnrolls() {
        try (LstmCell lstm = LstmCell.create(lstm(C, H).projection(2));
                GruCell gru = GruCell.create(target().on(Gru.builder(C, H)));
                RnnCell rnn = RnnCell.create(target().on(Rnn.builder(C, H)))) {
            checkStepsEqualUnroll(lstm);
            checkStepsEqualUnroll(gru);
            checkStepsEqualUnroll(rnn);
        }
    }

    @Test
    void theAllocatingStepEqualsTheOther() {
        try (LstmCell cell = LstmCell.create(lstm(C, H));
                FloatTensor x = random(cell, 1, N, C);
                FloatTensor y = cell.newOutput(N);
                CellState state = cell.zeroState(N);
                CellOutput output = cell.step(x, null)) {
            cell.step(x, state, y, state);
            assertThat(output.y().dims()).containsExactly(N, H);
            assertThat(output.y().toArray()).containsExactly(y.toArray());
            assertThat(output.state().part(0).c().toArray())
                    .containsExactly(state.part(0).c().toArray());
        }
    }

    @Test
    void sizesAreThoseOfTheStack() {
        try (StackedCell stack = StackedCell.of(
                LstmCell.create(lstm(C, H).projection(2)),
                DropoutCell.of(GruCell.create(target().on(Gru.builder(2, 5))), 0, 0.5f, 1))) {
            assertThat(stack.inputSize()).isEqualTo(C);
            assertThat(stack.outputSize()).isEqualTo(5);
            assertThat(stack.stateSize()).containsExactly(2, H, 5);
            assertThat(stack.backend()).isEqualTo(target().kind());
            checkStepsEqualUnroll(stack);
        }
    }

    /** A layer of two levels and a stack of two cells with the same weights. */
    private StackedCell stackOf(Lstm layer, float dropout, long seed) {
        Map<String, float[]> lower = new LinkedHashMap<>();
        Map<String, float[]> upper = new LinkedHashMap<>();
        layer.weights().toMap().forEach((name, values) -> (name.endsWith("_l0") ? lower : upper)
                .put(name.replace("_l1", "_l0"), values));
        return StackedCell.of(
                DropoutCell.of(LstmCell.create(lstm(C, H).weights(lower)), 0, dropout, seed),
                LstmCell.create(lstm(H, H).weights(upper)));
    }

    @Test
    void aStackEqualsALayerOfAsManyLevels() {
        try (Lstm layer = lstm(C, H).layers(2).seed(3).build();
                StackedCell stack = stackOf(layer, 0, 0);
                FloatTensor x = random(stack, 1, T, N, C);
                RecurrentOutput expected = layer.infer(x, new int[] {2, 0, T}, null);
                CellOutput actual = stack.unroll(x, new int[] {2, 0, T}, null)) {
            same("y", actual.y().toArray(), expected.y().toArray());
            int half = N * H;
            for (int i = 0; i < 2; i++) {
                float[] h = Arrays.copyOfRange(expected.state().h().toArray(), i * half, (i + 1) * half);
                same("h of level " + i, actual.state().part(i).h().toArray(), h);
            }
        }
    }

    private static void close(float[] actual, float[] expected) {
        assertThat(actual).containsExactly(expected, Offset.offset(GRADIENT_ROUNDING));
    }

    @Test
    void gradientsOfAStackEqualTheLayers() {
        try (Lstm layer = lstm(C, H).layers(2).seed(3).build();
                StackedCell stack = stackOf(layer, 0, 0);
                FloatTensor x = random(stack, 1, T, N, C);
                FloatTensor y = layer.newOutput(T, N);
                FloatTensor dy = random(stack, 2, T, N, H);
                FloatTensor dx = layer.newInput(T, N);
                FloatTensor dxOfStack = layer.newInput(T, N);
                Gradients gradients = layer.newGradients();
                CellGradients ofStack = stack.newGradients()) {
            try (Tape tape = layer.forward(x, null, null, y, null)) {
                tape.backward(dy, null, dx, null, gradients);
            }
            try (CellTape tape = stack.forward(x, null, null, y, null, 0)) {
                tape.backward(dy, null, dxOfStack, null, ofStack);
            }
            close(dxOfStack.toArray(), dx.toArray());
            for (String name : gradients.names()) {
                FloatTensor actual = ofStack.part(name.endsWith("_l0") ? 0 : 1).get(name.replace("_l1", "_l0"));
                close(actual.toArray(), gradients.get(name).toArray());
            }
        }
    }

    @Test
    void backwardThroughStepsEqualsBackwardThroughTheSequence() {
        try (StackedCell stack =
                        StackedCell.of(LstmCell.create(lstm(C, H)), GruCell.create(target().on(Gru.builder(H, 5))));
                FloatTensor x = random(stack, 1, T, N, C);
                FloatTensor y = stack.newTensor(T, N, 5);
                FloatTensor dy = random(stack, 2, T, N, 5);
                FloatTensor dx = stack.newTensor(T, N, C);
                CellState start = randomState(stack, 3);
                CellState dStart = stack.zeroState(N);
                CellGradients whole = stack.newGradients();
                CellGradients chained = stack.newGradients()) {
            try (CellTape tape = stack.forward(x, null, start, y, null, 0)) {
                tape.backward(dy, null, dx, dStart, whole);
            }
            List<AutoCloseable> opened = new ArrayList<>();
            List<CellTape> tapes = new ArrayList<>();
            CellState before = start;
            for (int t = 0; t < T; t++) {
                CellState after = stack.zeroState(N);
                FloatTensor xt = copyOf(stack, x.slice(t, 1), N, C);
                FloatTensor yt = stack.newOutput(N);
                tapes.add(stack.forward(xt, null, before, yt, after, t));
                opened.addAll(List.of(after, xt, yt));
                before = after;
            }
            CellState dAfter = stack.zeroState(N);
            CellState dBefore = stack.zeroState(N);
            for (int t = T - 1; t >= 0; t--) {
                try (FloatTensor dyt = copyOf(stack, dy.slice(t, 1), N, 5);
                        FloatTensor dxt = stack.newInput(N)) {
                    tapes.get(t).backward(dyt, dAfter, dxt, dBefore, chained);
                    close(dxt.toArray(), dx.slice(t, 1).toArray());
                }
                CellState swap = dAfter;
                dAfter = dBefore;
                dBefore = swap;
            }
            List<float[]> actual = values(dAfter);
            List<float[]> expected = values(dStart);
            for (int i = 0; i < expected.size(); i++) {
                close(actual.get(i), expected.get(i));
            }
            for (int i = 0; i < 2; i++) {
                close(chained.part(i).all().toArray(), whole.part(i).all().toArray());
            }
            Closing.all(tapes);
            Closing.all(opened);
            dAfter.close();
            dBefore.close();
        }
    }

    private static FloatTensor copyOf(RecurrentCell cell, FloatTensor part, long... dims) {
        return cell.newTensor(dims).copyFrom(part);
    }

    @Test
    void dropoutWrapperDropsInTrainingOnlyAndTheSameOnEveryBackend() {
        float[] ones = new float[2000];
        Arrays.fill(ones, 1);
        try (DropoutCell cell = DropoutCell.of(
                        RnnCell.create(target().on(Rnn.builder(1000, 1000)
                                .initializer(identity())
                                .activation(Activation.RELU))),
                        0.25f,
                        0.5f,
                        9);
                FloatTensor x = cell.newInput(2);
                FloatTensor y = cell.newOutput(2);
                FloatTensor dy = cell.newOutput(2);
                FloatTensor dx = cell.newInput(2)) {
            x.copyFrom(ones);
            dy.copyFrom(ones);
            try (CellTape tape = cell.forward(x, null, null, y, null, 4)) {
                assertThatThrownBy(() -> x.fill(2))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("leased by an open tape");
                assertThatThrownBy(() -> y.fill(2))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("leased by an open tape");
                tape.backward(dy, null, dx, null, null);
            }
            float kept = (float) (1 / 0.75) * 2;
            int dropped = 0;
            for (int i = 0; i < 2000; i++) {
                assertThat(y.get(i)).isIn(0f, kept);
                assertThat(dx.get(i)).isEqualTo(y.get(i));
                dropped += y.get(i) == 0 ? 1 : 0;
            }
            // 2,000 draws with p = 1 - 0.75 · 0.5 = 0.625: mean 1250, standard deviation 22; five of them
            assertThat(dropped).isBetween(1250 - 110, 1250 + 110);
            // The mask itself, so that all backends are held to one.
            assertThat(y.slice(0, 1).toArray()).containsExactly(expectedMask(4, 0, kept));
            cell.step(x, null, y, null);
            assertThat(y.toArray()).containsOnly(1);
        }
    }

    /** By the definition of the mask: places 0 and 1, time 0, one row. */
    private static float[] expectedMask(long call, int row, float kept) {
        double[] ones = new double[1000];
        Arrays.fill(ones, 1);
        double[] masked = new double[1000];
        new DropoutMask(0.25f, 9, call).apply(0, 0, row, ones, masked);
        new DropoutMask(0.5f, 9, call).apply(1, 0, row, masked, masked);
        float[] expected = new float[1000];
        for (int i = 0; i < 1000; i++) {
            expected[i] = masked[i] == 0 ? 0 : kept;
        }
        return expected;
    }

    private static Initializer identity() {
        return (spec, desc, random, values) -> {
            if (spec.name().equals("weight_ih_l0")) {
                for (int i = 0; i < desc.hiddenSize(); i++) {
                    values[i * desc.hiddenSize() + i] = 1;
                }
            }
        };
    }

    @Test
    void refusesLayersThatAreNoCells() {
        assertThatThrownBy(() -> LstmCell.create(lstm(C, H).layers(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.layers: 2");
        assertThatThrownBy(() -> LstmCell.create(lstm(C, H).direction(Direction.REVERSE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.direction: REVERSE");
        assertThatThrownBy(() -> LstmCell.create(lstm(C, H).batchMajor(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.batchMajor: true");
    }

    @Test
    void refusesStacksThatDoNotFit() {
        try (LstmCell a = LstmCell.create(lstm(C, H));
                LstmCell b = LstmCell.create(lstm(C, H))) {
            assertThatThrownBy(() -> StackedCell.of(a, b))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cells[1].inputSize: 4 (expected: 7");
            assertThatThrownBy(StackedCell::of)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least one");
            assertThatThrownBy(() -> DropoutCell.of(a, 1, 0, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("inputDropout: 1.0");
        }
    }

    @Test
    void refusesWrongShapesStatesAndOverlaps() {
        try (StackedCell cell = StackedCell.of(LstmCell.create(lstm(C, H)), LstmCell.create(lstm(H, H)));
                LstmCell single = LstmCell.create(lstm(C, H));
                FloatTensor x = cell.newInput(N);
                FloatTensor y = cell.newOutput(N);
                CellState state = cell.zeroState(N);
                CellState one = single.zeroState(N)) {
            for (RecurrentCell each : List.of(cell, single)) {
                assertThatThrownBy(() -> each.step(y, null, y, null))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("x: ");
                assertThatThrownBy(() -> each.step(x, null, x, null))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("y: ");
                assertThatThrownBy(() -> each.step(x.reshape(1, N, C), null, y, null))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("[N, 4]");
            }
            assertThatThrownBy(() -> cell.step(x, one, y, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stateIn: 1 parts");
            assertThatThrownBy(() -> single.step(x, null, y, state))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stateOut: 2 parts");
            FloatTensor inState = state.part(0).h().reshape(N, H);
            assertThatThrownBy(() -> cell.step(x, null, inState, state))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("y: overlaps stateOut");
            assertThatThrownBy(() -> cell.step(x, state, inState, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("y: overlaps stateIn");
        }
    }

    @Test
    void aCellOnTheCallersLayerLeavesItOpen() {
        try (Lstm layer = lstm(C, H).build();
                FloatTensor x = layer.newInput(1, N)) {
            LstmCell cell = LstmCell.of(layer);
            assertThat(cell.layer()).isSameAs(layer);
            cell.close();
            layer.infer(x).close();
        }
        LstmCell own = LstmCell.create(lstm(C, H));
        own.close();
        own.close();
        try (FloatTensor x = own.newTensor(1, 1, C)) {
            assertThatThrownBy(() -> own.unroll(x, null, null))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the layer is closed");
        }
    }
}
