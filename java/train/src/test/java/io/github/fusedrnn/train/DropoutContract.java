package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

abstract class DropoutContract extends BackendContract {
    private static final int T = 7;
    private static final int N = 5;
    private static final int UNITS = 33;

    DropoutContract(BackendKind backend) {
        super(backend);
    }

    private static float[] mask(BackendKind kind, float p, long seed, int layer, long call) {
        try (FloatTensor ones = FloatTensor.allocate(kind, T, N, UNITS);
                FloatTensor y = FloatTensor.allocate(kind, T, N, UNITS)) {
            ones.fill(1);
            new Dropout(kind, p, seed, layer).forward(call, ones, y);
            return y.toArray();
        }
    }

    @Test
    void dropsItsShareAndScalesTheRest() {
        float[] mask = mask(backend, 0.25f, 3, 0, 0);
        int dropped = 0;
        for (float value : mask) {
            assertThat(value).isIn(0f, (float) (1 / 0.75));
            dropped += value == 0 ? 1 : 0;
        }
        // Five standard deviations of a binomial distribution; the seed is fixed.
        double sigma = Math.sqrt(mask.length * 0.25 * 0.75);
        assertThat((double) dropped).isBetween(0.25 * mask.length - 5 * sigma, 0.25 * mask.length + 5 * sigma);
    }

    @Test
    void maskDependsOnSeedLayerAndCallAlone() {
        float[] mask = mask(backend, 0.5f, 3, 1, 2);
        assertThat(mask(backend, 0.5f, 3, 1, 2)).isEqualTo(mask);
        assertThat(mask(backend, 0.5f, 4, 1, 2)).isNotEqualTo(mask);
        assertThat(mask(backend, 0.5f, 3, 2, 2)).isNotEqualTo(mask);
        assertThat(mask(backend, 0.5f, 3, 1, 3)).isNotEqualTo(mask);
    }

    @Test
    void maskIsThatOfTheReference() {
        assertThat(mask(backend, 0.3f, 3, 1, 2)).isEqualTo(mask(BackendKind.REFERENCE, 0.3f, 3, 1, 2));
    }

    @Test
    void backwardAppliesTheMaskOfForward() {
        // The Jacobian is diagonal, with the mask on the diagonal; forward is linear, so ones in give the diagonal
        // exactly.
        float[] mask = mask(backend, 0.4f, 9, 0, 6);
        float[] upstream = Numbers.random(1, mask.length);
        FloatTensor dy = tensor(upstream, T, N, UNITS);
        new Dropout(backend, 0.4f, 9, 0).backward(6, dy, dy);
        float[] expected = new float[mask.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = mask[i] == 0 ? 0 : upstream[i] * mask[i]; // dropped is 0, not −0
        }
        assertThat(dy.toArray()).isEqualTo(expected);
    }

    @Test
    void withoutProbabilityChangesNothing() {
        float[] values = Numbers.random(1, N * UNITS);
        FloatTensor y = zeros(N, UNITS);
        new Dropout(backend, 0, 1, 0).forward(0, tensor(values, N, UNITS), y);
        assertThat(y.toArray()).isEqualTo(values);
    }

    @Test
    void rowsAreASequenceOfOneStep() {
        float[] sequence = mask(backend, 0.5f, 3, 1, 2);
        FloatTensor ones = zeros(N, UNITS);
        ones.fill(1);
        new Dropout(backend, 0.5f, 3, 1).forward(2, ones, ones);
        assertThat(ones.toArray()).isEqualTo(Arrays.copyOf(sequence, N * UNITS));
    }

    @Test
    void refusesProbabilitiesAndShapesThatDoNotDo() {
        for (float p : new float[] {1, -0.1f, Float.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Dropout(backend, p, 0, 0))
                    .withMessage("p: " + p + " (expected: 0 <= p < 1)");
        }
        Dropout dropout = new Dropout(backend, 0.5f, 0, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dropout.forward(0, zeros(2, 3), zeros(3, 2)))
                .withMessage("y: [3, 2] (expected: [2, 3], the shape of x)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dropout.forward(0, zeros(6), zeros(6)))
                .withMessage("x: [6] (expected: [T, N, units] or [N, units])");
    }
}
