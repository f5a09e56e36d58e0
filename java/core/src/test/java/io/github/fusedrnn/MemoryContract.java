package io.github.fusedrnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.NoGarbage;
import io.github.fusedrnn.testing.Target;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Native memory comes back, and inference leaves the Java heap alone. */
abstract class MemoryContract extends Contract {
    private static final int ROUNDS = 1000;

    MemoryContract(Target target) {
        super(target);
    }

    @Test
    void liveBytesReturnAfterAThousandRounds() {
        round(0); // what is made once per process is there from now on
        long before = target().backend().liveBytes();
        for (int i = 0; i < ROUNDS; i++) {
            round(i);
        }
        assertThat(target().backend().liveBytes()).isEqualTo(before);
    }

    private void round(int i) {
        int t = 1 + i % 5;
        int n = 1 + i % 3;
        try (Lstm layer = target().on(Lstm.builder(3, 4))
                        .layers(1 + i % 2)
                        .dropout(0.5f)
                        .threads(1 + i % 2)
                        .build();
                FloatTensor x = layer.newInput(t, n);
                FloatTensor y = layer.newOutput(t, n);
                FloatTensor dx = layer.newInput(t, n);
                RecurrentState state = layer.newState(n);
                Gradients gradients = layer.newGradients();
                Tape tape = layer.forward(x, null, null, y, state);
                Session session = layer.session(t, n, 1);
                FloatTensor y2 = layer.newOutput(t, n)) {
            tape.backward(y, state, dx, null, gradients);
            layer.weights().update(w -> w.all().fill(0.1f));
            layer.infer(x).close();
            session.infer(x, null, null, y2, null);
        }
    }

    @Test
    void liveBytesReturnAfterExceptions() {
        long before = target().backend().liveBytes();
        for (int i = 0; i < 100; i++) {
            try (Gru layer = target().on(Gru.builder(3, 4)).build();
                    FloatTensor x = layer.newInput(2, 2);
                    FloatTensor y = layer.newOutput(2, 2)) {
                long open = target().backend().liveBytes();
                assertThatThrownBy(() -> layer.infer(x, new int[] {3, 0}, null))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> layer.forward(x, new int[] {3, 0}, null, y, null))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> layer.forward(x, null, null, x, null))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> layer.newTensor(1L << 45)).isInstanceOf(FusedRnnException.class);
                assertThat(target().backend().liveBytes()).isEqualTo(open);
            }
            assertThatThrownBy(() ->
                            target().on(Gru.builder(3, 4)).weights(Map.of()).build())
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> target().on(Gru.builder(3, 4))
                            .initializer((spec, desc, random, values) -> {
                                throw new IllegalStateException("an initialiser that fails");
                            })
                            .build())
                    .hasMessage("an initialiser that fails");
        }
        assertThat(target().backend().liveBytes()).isEqualTo(before);
    }

    @Test
    void weightVersionsDoNotPileUp() {
        try (Lstm layer = target().on(Lstm.builder(3, 4)).build();
                FloatTensor x = layer.newInput(2, 2);
                FloatTensor y = layer.newOutput(2, 2)) {
            layer.infer(x, null, null, y, null);
            long before = target().backend().liveBytes();
            for (int i = 0; i < 100; i++) {
                layer.weights().update(w -> w.all().fill(0.1f));
                layer.infer(x, null, null, y, null);
                layer.replaceWeights(layer.weights().toMap());
                layer.infer(x, null, null, y, null);
            }
            assertThat(target().backend().liveBytes()).isEqualTo(before);
        }
    }

    @Test
    void inferenceAllocatesNothingOnTheJavaHeap() {
        Assumptions.assumeTrue(target().promisesNoGarbage(), "skipped: the reference computes in Java arrays");
        try (Lstm layer = target().on(Lstm.builder(7, 9))
                        .layers(2)
                        .bidirectional()
                        .build();
                FloatTensor x = layer.newInput(5, 3);
                FloatTensor y = layer.newOutput(5, 3);
                RecurrentState state = layer.newState(3);
                Session session = layer.session(5, 3, 1)) {
            int[] lengths = {5, 0, 3};
            NoGarbage.check("layer", () -> layer.infer(x, lengths, state, y, state));
            NoGarbage.check("layer without states", () -> layer.infer(x, null, null, y, null));
            NoGarbage.check("session", () -> session.infer(x, lengths, state, y, state));
        }
    }

    @Test
    void stepsOfCellsAllocateNothingOnTheJavaHeap() {
        Assumptions.assumeTrue(target().promisesNoGarbage(), "skipped: the reference computes in Java arrays");
        try (StackedCell stack = StackedCell.of(
                        LstmCell.create(target().on(Lstm.builder(7, 9))),
                        DropoutCell.of(GruCell.create(target().on(Gru.builder(9, 5))), 0.1f, 0, 0));
                FloatTensor x = stack.newInput(3);
                FloatTensor y = stack.newOutput(3);
                CellState state = stack.zeroState(3)) {
            NoGarbage.check("stack", () -> stack.step(x, state, y, state));
        }
        try (LstmCell cell = LstmCell.create(target().on(Lstm.builder(7, 9)));
                FloatTensor x = cell.newInput(3);
                FloatTensor y = cell.newOutput(3);
                CellState state = cell.zeroState(3)) {
            NoGarbage.check("cell", () -> cell.step(x, state, y, state));
        }
    }

    @Test
    void inferenceAllocatesNothingNatively() {
        try (Gru layer = target().on(Gru.builder(7, 9)).build();
                FloatTensor x = layer.newInput(5, 3);
                FloatTensor y = layer.newOutput(5, 3)) {
            layer.infer(x, null, null, y, null);
            long before = target().backend().liveBytes();
            for (int i = 0; i < 10; i++) {
                layer.infer(x, null, null, y, null);
            }
            assertThat(target().backend().liveBytes()).isEqualTo(before);
        }
    }

    @Test
    void explainCountsWhatIsHeld() {
        try (Lstm layer = target().on(Lstm.builder(7, 9)).build();
                FloatTensor x = layer.newInput(5, 3)) {
            assertThat(layer.explain().plans()).isEmpty();
            layer.infer(x).close();
            Explanation explanation = layer.explain();
            assertThat(explanation.backend()).isEqualTo(target().kind());
            assertThat(explanation.plans()).hasSize(1);
            assertThat(explanation.threads()).isEqualTo(1);
            assertThat(explanation.determinism()).isNotBlank();
            assertThat(explanation.toString())
                    .contains("backend:", "kernels:", "determinism:", "plan:         T <= 5, N <= 3, inference: ");
        }
    }
}
