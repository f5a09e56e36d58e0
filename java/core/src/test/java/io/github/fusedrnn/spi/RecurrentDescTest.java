package io.github.fusedrnn.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.GruConfig;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.LstmConfig;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.ResetPlacement;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.RnnConfig;
import io.github.fusedrnn.testing.DescBuilder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RecurrentDescTest {
    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }

    @Test
    void derivesItsSizes() {
        RecurrentDesc desc = DescBuilder.lstm()
                .sizes(3, 5)
                .projection(2)
                .layers(2)
                .bidirectional()
                .build();
        assertThat(desc.stateSize()).isEqualTo(2);
        assertThat(desc.outputSize()).isEqualTo(4);
        assertThat(desc.inputSize(0)).isEqualTo(3);
        assertThat(desc.inputSize(1)).isEqualTo(4);
        assertThat(desc.stateLayers()).isEqualTo(4);
        assertThat(desc.gates()).isEqualTo(4);
        assertThat(desc.hasCellState()).isTrue();
        assertThat(desc.isReverse(0)).isFalse();
        assertThat(desc.isReverse(1)).isTrue();
        assertThat(DescBuilder.gru().sum().build().outputSize()).isEqualTo(7);
        assertThat(DescBuilder.rnn().direction(Direction.REVERSE).build().isReverse(0))
                .isTrue();
    }

    @Test
    void sizesThatNoIndexCanHoldAreRefused() {
        int most = Integer.MAX_VALUE;
        refuses(() -> DescBuilder.gru().layers(most).build(), "layers: 2147483647 (expected: 1 to 65536)");
        refuses(() -> DescBuilder.gru().layers(0).build(), "layers: 0 (expected: 1 to 65536)");
        refuses(() -> DescBuilder.rnn().sizes(1, 1 << 30).bidirectional().build(), "hiddenSize: 1073741824", "2^31");
        assertThat(DescBuilder.rnn().sizes(1, 1 << 30).sum().build().outputSize())
                .isEqualTo(1 << 30);
        refuses(() -> Gru.builder(1, 1).threads(most).config(), "threads: 2147483647 (expected: 1 to 1024)");
        refuses(() -> Gru.builder(1, 1).maxPlans(most).config(), "maxPlans: 2147483647 (expected: 1 to 65536)");
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
                () -> DescBuilder.gru().projection(2).build(),
                "projectionSize: 2",
                "only LSTM has a projection, not GRU");
        refuses(() -> DescBuilder.rnn().cellClip(1).build(), "cellClip: 1.0", "not RNN");
        refuses(() -> DescBuilder.gru().peepholes().build(), "peepholes: true", "not GRU");
        refuses(() -> DescBuilder.gru().coupled().build(), "coupledInputForget: true", "not GRU");
        refuses(
                () -> DescBuilder.lstm().reset(ResetPlacement.BEFORE).build(),
                "reset: BEFORE (expected: AFTER for a LSTM");
        refuses(
                () -> DescBuilder.lstm().sum().direction(Direction.FORWARD).build(),
                "merge: SUM (expected: CONCAT unless bidirectional)");
    }

    @Test
    void buildersFillTheDescription() {
        LstmConfig lstm = Lstm.builder(3, 5)
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
        assertThat(lstm.desc())
                .isEqualTo(DescBuilder.lstm()
                        .sizes(3, 5)
                        .layers(2)
                        .projection(2)
                        .cellClip(1.5f)
                        .gateClip(2.5f)
                        .peepholes()
                        .coupled()
                        .bias(false)
                        .batchMajor(true)
                        .dropout(0.25f)
                        .sum()
                        .build());
        assertThat(lstm.projectionSize()).isEqualTo(2);
        assertThat(lstm.outputSize()).isEqualTo(2);
        GruConfig gru = Gru.builder(3, 5)
                .reset(ResetPlacement.NONE)
                .direction(Direction.REVERSE)
                .config();
        assertThat(gru.reset()).isEqualTo(ResetPlacement.NONE);
        assertThat(gru.desc())
                .isEqualTo(DescBuilder.gru()
                        .sizes(3, 5)
                        .reset(ResetPlacement.NONE)
                        .direction(Direction.REVERSE)
                        .build());
        RnnConfig rnn = Rnn.builder(3, 5)
                .bidirectional()
                .activation(Activation.RELU)
                .reverseActivations(Activation.SIGMOID)
                .config();
        assertThat(rnn.activation(0)).isEqualTo(Activation.RELU);
        assertThat(rnn.activation(1)).isEqualTo(Activation.SIGMOID);
    }

    @Test
    void aConfigRefusesAnotherCell() {
        refuses(() -> new LstmConfig(DescBuilder.gru().build()), "desc.cell: GRU (expected: LSTM)");
        refuses(() -> new GruConfig(DescBuilder.rnn().build()), "desc.cell: RNN (expected: GRU)");
        refuses(() -> new RnnConfig(DescBuilder.lstm().build()), "desc.cell: LSTM (expected: RNN)");
    }
}
