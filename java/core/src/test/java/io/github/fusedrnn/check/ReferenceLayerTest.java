package io.github.fusedrnn.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import org.junit.jupiter.api.Test;

class ReferenceLayerTest {
    private final ReferenceLayer layer =
            ReferenceLayer.of(RecurrentConfig.rnn(1, 1).bias(false).build());

    /** h1 = tanh(2·0.5 + 3·0) = tanh 1; h2 = tanh(2·0.25 + 3·tanh 1). */
    @Test
    void computesTwoStepsAsByHand() {
        layer.setWeight("weight_ih_l0", 2);
        layer.setWeight("weight_hh_l0", 3);
        ReferenceRun run = layer.forward(SequenceInput.of(2, 1, new double[] {0.5, 0.25}));
        double h1 = Math.tanh(1);
        double h2 = Math.tanh(0.5 + 3 * h1);
        assertThat(run.y()).containsExactly(new double[] {h1, h2}, within(1e-15));
        assertThat(run.hn()).containsExactly(new double[] {h2}, within(1e-15));
        assertThat(run.cn()).isEmpty();

        // dy = (0, 1): da2 = 1 − h2², da1 = 3 da2 (1 − h1²)
        LayerGradients gradients = run.backward(new double[] {0, 1}, null, null);
        double da2 = 1 - h2 * h2;
        double da1 = 3 * da2 * (1 - h1 * h1);
        assertThat(gradients.dx()).containsExactly(new double[] {2 * da1, 2 * da2}, within(1e-15));
        assertThat(gradients.dh0()).containsExactly(new double[] {3 * da1}, within(1e-15));
        assertThat(gradients.weight("weight_ih_l0"))
                .containsExactly(new double[] {0.5 * da1 + 0.25 * da2}, within(1e-15));
        assertThat(gradients.weight("weight_hh_l0")).containsExactly(new double[] {h1 * da2}, within(1e-15));
    }

    @Test
    void aRunKeepsTheWeightsItBeganWith() {
        layer.setWeight("weight_ih_l0", 2);
        layer.setWeight("weight_hh_l0", 3);
        ReferenceRun run = layer.forward(SequenceInput.of(1, 1, new double[] {0.5}));
        double[] before = run.backward(new double[] {1}, null, null).dx();
        layer.setWeight("weight_ih_l0", 100);
        assertThat(run.backward(new double[] {1}, null, null).dx()).containsExactly(before);
    }

    @Test
    void arraysAreCopies() {
        double[] x = {0.5};
        SequenceInput input = SequenceInput.of(1, 1, x);
        x[0] = 9;
        input.x()[0] = 9;
        assertThat(input.x()).containsExactly(0.5);
        layer.weights()[0] = 9;
        layer.weight("weight_hh_l0")[0] = 9;
        assertThat(layer.weights()).containsOnly(0.0);
    }

    @Test
    void copiesALayer() {
        try (Lstm lstm = Lstm.builder(2, 3).backend(BackendKind.REFERENCE).build()) {
            ReferenceLayer copy = ReferenceLayer.of(lstm);
            assertThat(copy.config()).isEqualTo(lstm.config());
            float[] original = lstm.weights().get("weight_hh_l0");
            double[] copied = copy.weight("weight_hh_l0");
            for (int i = 0; i < original.length; i++) {
                assertThat(copied[i]).isEqualTo(original[i]);
            }
        }
    }

    @Test
    void refusesWrongSizesByName() {
        assertThatThrownBy(() -> layer.setWeight("weight_ih_l0", 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight_ih_l0: 2 elements (expected: 1, shape [1, 1])");
        assertThatThrownBy(() -> layer.setWeight("weight_xx_l0", 1)).hasMessageContaining("'weight_xx_l0'");
        assertThatThrownBy(() -> layer.setWeights(new double[7])).hasMessage("weights: 7 elements (expected: 2)");
        assertThatThrownBy(() -> layer.forward(SequenceInput.of(2, 1, new double[3])))
                .hasMessageStartingWith("x: 3 elements (expected: 2 for T = 2, N = 1");
        assertThatThrownBy(() -> layer.forward(SequenceInput.of(0, 1, new double[0])))
                .hasMessage("T, N: 0, 1 (expected: both >= 1)");
        SequenceInput input = SequenceInput.of(2, 2, new double[4]);
        assertThatThrownBy(() -> layer.forward(input.withLengths(1))).hasMessage("lengths: 1 values (expected: N = 2)");
        assertThatThrownBy(() -> layer.forward(input.withLengths(1, 3)))
                .hasMessage("lengths[1]: 3 (expected: 0 <= length <= T = 2)");
        assertThatThrownBy(() -> layer.forward(input.withLengths(-1, 2)))
                .hasMessage("lengths[0]: -1 (expected: 0 <= length <= T = 2)");
        assertThatThrownBy(() -> layer.forward(input.withState(new double[1], null)))
                .hasMessageStartingWith("h0: 1 elements (expected: 2");
        assertThatThrownBy(() -> layer.forward(input.withState(null, new double[1])))
                .hasMessageStartingWith("c0: 1 elements (expected: 0");
        assertThatThrownBy(() -> layer.forward(input).backward(new double[1], null, null))
                .hasMessageStartingWith("dy: 1 elements (expected: 4");
    }
}
