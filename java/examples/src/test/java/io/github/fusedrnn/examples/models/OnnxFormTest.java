package io.github.fusedrnn.examples.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H = 1 and C = 1, so that a weight is one number: its value tells where it came from. */
class OnnxFormTest {
    @TempDir
    Path folder;

    private final SafetensorsWriter writer = new SafetensorsWriter();

    private ConformanceCase read() throws IOException {
        Path path = folder.resolve("case.safetensors");
        writer.write(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(OnnxForm.matches(file)).isTrue();
            return OnnxForm.read("case", file);
        }
    }

    /** Directions, gates and rows counted through, from {@code first} on. */
    private void count(String tensor, int first, long... shape) {
        int size = 1;
        for (long d : shape) {
            size *= (int) d;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = first + i;
        }
        writer.floats(tensor, values, shape);
    }

    @Test
    void ordersTheGatesOfAnLstm() throws IOException {
        writer.metadata("op", "LSTM").metadata("direction", "bidirectional").metadata("hidden_size", "1");
        count("X", 0, 2, 3, 1);
        count("W", 10, 2, 4, 1); // i o f c, forward 10.., reverse 14..
        count("R", 20, 2, 4, 1);
        count("B", 30, 2, 8); // input biases 30.., recurrent 34.., reverse 38.. and 42..
        count("P", 50, 2, 3); // i o f

        ConformanceCase c = read();
        assertThat(c.config().cell()).isEqualTo(CellKind.LSTM);
        assertThat(c.config().direction()).isEqualTo(Direction.BIDIRECTIONAL);
        assertThat(c.config().peepholes()).isTrue();
        assertThat(c.weights().get("weight_ih_l0")).containsExactly(10, 12, 13, 11); // i f g o
        assertThat(c.weights().get("weight_ih_l0_reverse")).containsExactly(14, 16, 17, 15);
        assertThat(c.weights().get("weight_hh_l0_reverse")).containsExactly(24, 26, 27, 25);
        assertThat(c.weights().get("bias_ih_l0")).containsExactly(30, 32, 33, 31);
        assertThat(c.weights().get("bias_hh_l0")).containsExactly(34, 36, 37, 35);
        assertThat(c.weights().get("bias_hh_l0_reverse")).containsExactly(42, 44, 45, 43);
        assertThat(c.weights().get("weight_peephole_l0")).containsExactly(50, 52, 51); // i f o
        assertThat(c.weights().get("weight_peephole_l0_reverse")).containsExactly(53, 55, 54);
    }

    @Test
    void ordersTheGatesOfAGruAndResetsBefore() throws IOException {
        writer.metadata("op", "GRU").metadata("hidden_size", "1");
        count("X", 0, 2, 3, 1);
        count("W", 10, 1, 3, 1); // z r h
        count("R", 20, 1, 3, 1);

        ConformanceCase c = read();
        assertThat(c.config().reset()).isEqualTo(ResetPlacement.BEFORE);
        assertThat(c.config().bias()).isFalse();
        assertThat(c.weights().get("weight_ih_l0")).containsExactly(11, 10, 12); // r z n
        assertThat(c.weights().get("weight_hh_l0")).containsExactly(21, 20, 22);
    }

    @Test
    void putsDirectionsSideBySide() throws IOException {
        writer.metadata("op", "RNN").metadata("direction", "bidirectional").metadata("hidden_size", "1");
        count("X", 0, 2, 3, 1);
        count("W", 0, 2, 1, 1);
        count("R", 0, 2, 1, 1);
        count("Y", 0, 2, 2, 3, 1); // [T, D, N, H]
        count("Y_h", 0, 2, 3, 1);

        ConformanceCase c = read();
        assertThat(c.expected().get("output").values()).containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
        assertThat(c.expected().get("output").shape()).containsExactly(2L, 3L, 2L);
        assertThat(c.expected().get("h_n").values()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void batchMajorLayoutHasStatesOfItsOwn() throws IOException {
        writer.metadata("op", "RNN")
                .metadata("direction", "bidirectional")
                .metadata("hidden_size", "1")
                .metadata("layout", "1");
        count("X", 0, 3, 2, 1); // [N, T, C]
        count("W", 0, 2, 1, 1);
        count("R", 0, 2, 1, 1);
        count("initial_h", 0, 3, 2, 1); // [N, D, H]
        count("Y", 0, 3, 2, 2, 1); // [N, T, D, H]

        ConformanceCase c = read();
        assertThat(c.config().batchMajor()).isTrue();
        assertThat(c.t()).isEqualTo(2);
        assertThat(c.n()).isEqualTo(3);
        assertThat(c.h0()).containsExactly(0, 2, 4, 1, 3, 5);
        assertThat(c.expected().get("output").values()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    @Test
    void usesAlphasAndBetasUpInOrder() throws IOException {
        writer.metadata("op", "LSTM")
                .metadata("direction", "bidirectional")
                .metadata("hidden_size", "1")
                .metadata("activations", "HardSigmoid, tanh, LeakyRelu, Sigmoid, ScaledTanh, Affine")
                .metadata("activation_alpha", "0.3,0.1,1.5")
                .metadata("activation_beta", "0.4,0.7")
                .metadata("clip", "0.25")
                .metadata("input_forget", "1");
        count("X", 0, 2, 3, 1);
        count("W", 0, 2, 4, 1);
        count("R", 0, 2, 4, 1);

        RecurrentConfig config = read().config();
        assertThat(config.activations())
                .containsExactly(
                        Activation.hardSigmoid(0.3f, 0.4f),
                        Activation.TANH,
                        Activation.leakyRelu(0.1f),
                        Activation.SIGMOID,
                        Activation.scaledTanh(1.5f, 0.7f),
                        Activation.affine(0, 0));
        assertThat(config.gateClip()).isEqualTo(0.25f);
        assertThat(config.coupledInputForget()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "HARDSIGMOID, HARD_SIGMOID, 0.2, 0.5",
        "elu, ELU, 1, 0",
        "LeakyRelu, LEAKY_RELU, 0.01, 0",
        "thresholdedRelu, THRESHOLDED_RELU, 0, 0",
        "ScaledTanh, SCALED_TANH, 0, 0",
        "affine, AFFINE, 0, 0",
        "SoftPlus, SOFTPLUS, 0, 0",
        "softsign, SOFTSIGN, 0, 0",
    })
    void defaultsAreThoseOfOnnxRuntime(String name, Activation.Kind kind, float alpha, float beta) throws IOException {
        writer.metadata("op", "RNN").metadata("hidden_size", "1").metadata("activations", name);
        count("X", 0, 2, 3, 1);
        count("W", 0, 1, 1, 1);
        count("R", 0, 1, 1, 1);

        Activation read = read().config().activations().get(0);
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(read.alpha()).isEqualTo(alpha);
        assertThat(read.beta()).isEqualTo(beta);
    }

    @Test
    void emptySequencesStartFromZeroBecauseOnnxRuntimeEndsThemWithZero() throws IOException {
        writer.metadata("op", "GRU").metadata("direction", "bidirectional").metadata("hidden_size", "1");
        count("X", 0, 2, 3, 1);
        count("W", 0, 2, 3, 1);
        count("R", 0, 2, 3, 1);
        count("initial_h", 1, 2, 3, 1);
        writer.longs("sequence_lens", new long[] {2, 0, 1}, 3);

        assertThat(read().h0()).containsExactly(1, 0, 3, 4, 0, 6);
    }

    @Test
    void refusesWhatIsNoLayer() {
        writer.metadata("op", "Conv");
        count("X", 0, 2, 3, 1);
        count("R", 0, 1, 1, 1);

        assertThatThrownBy(this::read).hasMessage("op: 'CONV' (expected: RNN, GRU or LSTM)");
    }

    @Test
    void refusesTensorsOfOtherSizes() {
        writer.metadata("op", "RNN").metadata("hidden_size", "1");
        count("X", 0, 2, 3, 1);
        count("W", 0, 1, 2, 1);
        count("R", 0, 1, 1, 1);

        assertThatThrownBy(this::read).hasMessage("W: [1, 2, 1] (expected: [1, 1, 1])");
    }
}
