package io.github.fusedrnn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.testing.Variants;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RecurrentConfigTest {
    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    @Test
    void derivesItsSizes() {
        RecurrentConfig config = RecurrentConfig.lstm(3, 5)
                .projection(2)
                .layers(2)
                .bidirectional()
                .build();
        assertThat(config.stateSize()).isEqualTo(2);
        assertThat(config.outputSize()).isEqualTo(4);
        assertThat(config.inputSize(0)).isEqualTo(3);
        assertThat(config.inputSize(1)).isEqualTo(4);
        assertThat(config.stateLayers()).isEqualTo(4);
        assertThat(config.gates()).isEqualTo(4);
        assertThat(config.hasCellState()).isTrue();
        assertThat(config.isReverse(0)).isFalse();
        assertThat(config.isReverse(1)).isTrue();
        assertThat(RecurrentConfig.gru(5, 7).bidirectional(Merge.SUM).build().outputSize())
                .isEqualTo(7);
        assertThat(RecurrentConfig.rnn(5, 7)
                        .direction(Direction.REVERSE)
                        .build()
                        .isReverse(0))
                .isTrue();
    }

    @Test
    void sizesThatNoIndexCanHoldAreRefused() {
        int most = Integer.MAX_VALUE;
        refuses(() -> RecurrentConfig.gru(5, 7).layers(most).build(), "layers: 2147483647 (expected: 1 to 65536)");
        refuses(() -> RecurrentConfig.gru(5, 7).layers(0).build(), "layers: 0 (expected: 1 to 65536)");
        refuses(() -> RecurrentConfig.rnn(1, 1 << 30).bidirectional().build(), "hiddenSize: 1073741824", "2^31");
        assertThat(RecurrentConfig.rnn(1, 1 << 30)
                        .bidirectional(Merge.SUM)
                        .build()
                        .outputSize())
                .isEqualTo(1 << 30);
        refuses(() -> Gru.builder(1, 1).threads(most).build(), "threads: 2147483647 (expected: 1 to 1024)");
        refuses(() -> Gru.builder(1, 1).maxPlans(most).build(), "maxPlans: 2147483647 (expected: 1 to 65536)");
    }

    @Test
    void aPropertyForThreadsThatIsNoNumberIsRefused() {
        String before = System.getProperty("fusedrnn.threads");
        System.setProperty("fusedrnn.threads", "two");
        try {
            refuses(() -> Gru.builder(1, 1), "fusedrnn.threads: 'two' (expected: an integer, 1 to 1024)");
        } finally {
            if (before == null) {
                System.clearProperty("fusedrnn.threads");
            } else {
                System.setProperty("fusedrnn.threads", before);
            }
        }
    }

    @Test
    void whatOnlyAnLstmHasIsRefusedElsewhere() {
        refuses(
                () -> RecurrentConfig.gru(5, 7).projection(2).build(),
                "projectionSize: 2",
                "only LSTM has a projection, not GRU");
        refuses(() -> RecurrentConfig.rnn(5, 7).cellClip(1).build(), "cellClip: 1.0", "not RNN");
        refuses(() -> RecurrentConfig.gru(5, 7).peepholes(true).build(), "peepholes: true", "not GRU");
        refuses(
                () -> RecurrentConfig.gru(5, 7).coupledInputForget(true).build(),
                "coupledInputForget: true",
                "not GRU");
        refuses(
                () -> RecurrentConfig.lstm(5, 7).reset(ResetPlacement.BEFORE).build(),
                "reset: BEFORE (expected: AFTER for a LSTM");
        refuses(
                () -> RecurrentConfig.lstm(5, 7)
                        .bidirectional(Merge.SUM)
                        .direction(Direction.FORWARD)
                        .build(),
                "merge: SUM (expected: CONCAT unless bidirectional)");
    }

    @Test
    void buildersFillTheDescription() {
        RecurrentConfig lstm = Lstm.builder(3, 5)
                .layers(2)
                .projection(2)
                .cellClip(1.5f)
                .gateClip(2.5f)
                .peepholes(true)
                .coupledInputForget(true)
                .bias(false)
                .batchMajor(true)
                .dropout(0.25f)
                .bidirectional(Merge.SUM)
                .config();
        assertThat(lstm)
                .isEqualTo(RecurrentConfig.lstm(3, 5)
                        .layers(2)
                        .projection(2)
                        .cellClip(1.5f)
                        .gateClip(2.5f)
                        .peepholes(true)
                        .coupledInputForget(true)
                        .bias(false)
                        .batchMajor(true)
                        .dropout(0.25f)
                        .bidirectional(Merge.SUM)
                        .build());
        assertThat(lstm.projectionSize()).isEqualTo(2);
        assertThat(lstm.outputSize()).isEqualTo(2);
        RecurrentConfig gru = Gru.builder(3, 5)
                .reset(ResetPlacement.NONE)
                .direction(Direction.REVERSE)
                .config();
        assertThat(gru.reset()).isEqualTo(ResetPlacement.NONE);
        assertThat(gru)
                .isEqualTo(RecurrentConfig.gru(3, 5)
                        .reset(ResetPlacement.NONE)
                        .direction(Direction.REVERSE)
                        .build());
        RecurrentConfig rnn = Rnn.builder(3, 5)
                .bidirectional()
                .activation(Activation.RELU)
                .reverseActivations(Activation.SIGMOID)
                .config();
        assertThat(rnn.activation(0, 0)).isEqualTo(Activation.RELU);
        assertThat(rnn.activation(1, 0)).isEqualTo(Activation.SIGMOID);
    }

    @Test
    void aBuilderOfAConfigMakesTheSameConfig() {
        Variants.all().forEach((name, config) -> {
            RecurrentConfig again = config.toBuilder().build();
            assertThat(again).as(name).isEqualTo(config).hasSameHashCodeAs(config);
            assertThat(again).as(name).hasToString(config.toString());
        });
    }

    @Test
    void differsInEveryField() {
        RecurrentConfig plain = RecurrentConfig.lstm(5, 7).bidirectional().build();
        List<RecurrentConfig> others = List.of(
                RecurrentConfig.lstm(6, 7).bidirectional().build(),
                RecurrentConfig.lstm(5, 8).bidirectional().build(),
                RecurrentConfig.gru(5, 7).bidirectional().build(),
                plain.toBuilder().projection(2).build(),
                plain.toBuilder().layers(2).build(),
                plain.toBuilder().direction(Direction.FORWARD).build(),
                plain.toBuilder().merge(Merge.SUM).build(),
                plain.toBuilder().bias(false).build(),
                plain.toBuilder().batchMajor(true).build(),
                plain.toBuilder().dropout(0.5f).build(),
                plain.toBuilder().cellClip(1).build(),
                plain.toBuilder().gateClip(1).build(),
                plain.toBuilder().peepholes(true).build(),
                plain.toBuilder().coupledInputForget(true).build(),
                plain.toBuilder()
                        .activations(Activation.SIGMOID, Activation.TANH, Activation.RELU)
                        .build());
        assertThat(others).doesNotContain(plain).doesNotHaveDuplicates();
        assertThat(others)
                .extracting(RecurrentConfig::toString)
                .doesNotHaveDuplicates()
                .doesNotContain(plain.toString());
        assertThat(plain).hasToString("LSTM C=5 H=7 bidirectional");
    }

    @Test
    void activationsAreThoseOfOneDirectionOrOfBoth() {
        refuses(
                () -> RecurrentConfig.rnn(3, 5)
                        .activations(Activation.RELU, Activation.TANH)
                        .build(),
                "activations: 2 functions (expected: 1: 1 direction(s) of [f])");
        refuses(
                () -> RecurrentConfig.gru(3, 5)
                        .bidirectional()
                        .activations(Activation.TANH)
                        .build(),
                "activations: 1 functions (expected: 4: 2 direction(s) of [f, g])");
        RecurrentConfig.Builder both =
                RecurrentConfig.rnn(3, 5).bidirectional().activations(Activation.RELU, Activation.TANH);
        assertThat(both.build().activations()).containsExactly(Activation.RELU, Activation.TANH);
        assertThat(both.reverseActivations(Activation.SIGMOID).build().activations())
                .containsExactly(Activation.RELU, Activation.SIGMOID);
        assertThat(both.activations(Activation.RELU).build().activations())
                .containsExactly(Activation.RELU, Activation.RELU);
    }

    @Test
    void aBuilderRefusesTheConfigOfAnotherCell() {
        refuses(() -> Lstm.builder(RecurrentConfig.gru(5, 7).build()), "config.cell: GRU (expected: LSTM)");
        refuses(() -> Gru.builder(RecurrentConfig.rnn(5, 7).build()), "config.cell: RNN (expected: GRU)");
        refuses(() -> Rnn.builder(RecurrentConfig.lstm(5, 7).build()), "config.cell: LSTM (expected: RNN)");
    }
}
