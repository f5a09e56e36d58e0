package io.github.fusedrnn.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ActivationTest {
    @Test
    void carriesItsParameters() {
        assertThat(Activation.hardSigmoid(0.2f, 0.5f))
                .isEqualTo(new Activation(Activation.Kind.HARD_SIGMOID, 0.2f, 0.5f));
        assertThat(Activation.scaledTanh(2, 3).beta()).isEqualTo(3);
        assertThat(Activation.elu(2).alpha()).isEqualTo(2);
        assertThat(Activation.TANH).isEqualTo(new Activation(Activation.Kind.TANH, 0, 0));
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        assertThatThrownBy(() -> Activation.leakyRelu(Float.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("activation LEAKY_RELU: alpha = NaN, beta = 0.0 (expected: finite numbers)");
        assertThatThrownBy(() -> Activation.affine(1, Float.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
