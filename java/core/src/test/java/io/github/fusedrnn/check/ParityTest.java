package io.github.fusedrnn.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.testing.RandomCalls;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParityTest {
    private static final int T = 3;
    private static final int N = 2;

    private Lstm layer;
    private FloatTensor x;
    private FloatTensor y;
    private RecurrentState state;

    @BeforeEach
    void open() {
        layer = Lstm.builder(4, 5).backend(BackendKind.REFERENCE).build();
        x = layer.newInput(T, N);
        y = layer.newOutput(T, N);
        state = layer.newState(N);
        double[] values = new RandomCalls(3).uniform(x.size(), 1);
        for (int i = 0; i < values.length; i++) {
            x.set(i, (float) values[i]);
        }
    }

    @AfterEach
    void close() {
        state.close();
        y.close();
        x.close();
        layer.close();
    }

    @Test
    void samplesAboutTheFraction() {
        Parity parity = Parity.of(layer).fraction(0.25).build();
        for (int i = 0; i < 400; i++) {
            parity.infer(x, null, null, y, null);
        }
        ParityReport report = parity.report();
        assertThat(report.calls()).isEqualTo(400);
        // the choice is a function of seed and number: the same 400 calls every time
        assertThat(report.compared()).isBetween(70L, 130L);
        assertThat(report.discarded()).isZero();
        assertThat(report.passed()).isTrue();
    }

    @Test
    void samplesNothingOrEverything() {
        Parity none = Parity.of(layer).fraction(0).build();
        Parity all = Parity.of(layer).fraction(1).build();
        for (int i = 0; i < 50; i++) {
            none.infer(x, null, null, y, null);
            all.infer(x, null, null, y, null);
        }
        assertThat(none.report().compared()).isZero();
        assertThat(all.report().compared()).isEqualTo(50);
    }

    @Test
    void reportsOutputsAndStates() {
        Parity parity = Parity.of(layer).fraction(1).build();
        parity.infer(x, new int[] {0, 3}, state, y, state);
        parity.infer(x, null, state, y, state);
        ParityReport report = parity.report();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.drifts()).extracting(drift -> drift.worst().tensor()).containsExactly("y", "hn", "cn");
        assertThat(report.toString()).contains("2 calls, 2 compared, 0 drifted, 0 discarded", "passed");
    }

    /** Rounding to float32 alone is drift if no error at all is allowed. */
    @Test
    void countsDrift() {
        Parity parity = Parity.of(layer).fraction(1).tolerance(0).build();
        parity.infer(x, null, null, y, null);
        ParityReport report = parity.report();
        assertThat(report.drifted()).isEqualTo(1);
        assertThat(report.passed()).isFalse();
        assertThat(report.drifts().get(0).absoluteError()).isPositive().isLessThan(1e-6);
        assertThat(report.toString()).contains("DRIFTED");
    }

    @Test
    void followsNewWeights() {
        Parity parity = Parity.of(layer).fraction(1).build();
        parity.infer(x, null, null, y, null);
        layer.weights().update(view -> view.get("weight_ih_l0").fill(0.25f));
        parity.infer(x, null, null, y, null);
        assertThat(parity.report().compared()).isEqualTo(2);
        assertThat(parity.report().passed()).as(parity.report().toString()).isTrue();
    }

    @Test
    void comparesInAnExecutorAndBoundsWhatWaits() {
        Queue<Runnable> waiting = new ArrayDeque<>();
        Parity parity = Parity.of(layer).fraction(1).executor(waiting::add).build();
        for (int i = 0; i < 12; i++) {
            parity.infer(x, null, null, y, null);
        }
        assertThat(waiting).hasSize(8);
        assertThat(parity.report().discarded()).isEqualTo(4);
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
        assertThat(parity.report().compared()).isEqualTo(8);
        parity.infer(x, null, null, y, null);
        assertThat(waiting).hasSize(1);
    }

    @Test
    void aRefusingExecutorDoesNotFailTheCall() {
        Parity parity = Parity.of(layer)
                .fraction(1)
                .executor(task -> {
                    throw new RejectedExecutionException("full");
                })
                .build();
        parity.infer(x, null, null, y, null);
        assertThat(parity.report().discarded()).isEqualTo(1);
    }

    @Test
    void aWrongArgumentIsTheLayersToRefuse() {
        Parity parity = Parity.of(layer).fraction(1).build();
        assertThatThrownBy(() -> parity.infer(x, new int[] {1, 9}, null, y, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lengths[1]: 9 (expected: 0 <= length <= T = 3)");
    }

    @Test
    void refusesAFractionAboveOne() {
        assertThatThrownBy(() -> Parity.of(layer).fraction(1.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fraction: 1.5 (expected: 0 <= fraction <= 1)");
    }
}
