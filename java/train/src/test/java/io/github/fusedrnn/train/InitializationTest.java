package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.train.Initialization.Distribution;
import io.github.fusedrnn.train.Initialization.Fan;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class InitializationTest {
    private static final int SIZE = 20_000;
    private static final int FAN_IN = 30;
    private static final int FAN_OUT = 10;

    private static float[] draw(Initialization initialization) {
        float[] values = new float[SIZE];
        initialization.fill(FAN_IN, FAN_OUT, new SplittableRandom(1), values);
        return values;
    }

    /** Mean and root mean square within five standard errors of what the density says; the seed is fixed. */
    private static void assertMoments(float[] values, double mean, double sigma) {
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (value - mean) * (value - mean);
        }
        assertThat(sum / SIZE).isCloseTo(mean, within(5 * sigma / Math.sqrt(SIZE)));
        assertThat(Math.sqrt(squares / SIZE)).isCloseTo(sigma, within(5 * sigma / Math.sqrt(2.0 * SIZE)));
    }

    private static void assertUniform(float[] values, double bound) {
        assertMoments(values, 0, bound / Math.sqrt(3));
        for (float value : values) {
            assertThat((double) Math.abs(value)).isLessThanOrEqualTo((float) bound);
        }
    }

    @Test
    void glorotFollowsBothWidths() {
        assertUniform(draw(Initialization.glorotUniform()), Math.sqrt(6.0 / (FAN_IN + FAN_OUT)));
        assertMoments(draw(Initialization.glorotNormal()), 0, Math.sqrt(2.0 / (FAN_IN + FAN_OUT)));
    }

    @Test
    void xavierFollowsTheWidthItIsToldTo() {
        assertUniform(draw(Initialization.xavier(Fan.IN, 3, Distribution.UNIFORM)), Math.sqrt(3.0 / FAN_IN));
        assertUniform(draw(Initialization.xavier(Fan.OUT, 2, Distribution.UNIFORM)), Math.sqrt(2.0 / FAN_OUT));
        assertUniform(draw(Initialization.xavier(Fan.AVERAGE, 3, Distribution.UNIFORM)), Math.sqrt(3.0 / 20));
        assertMoments(draw(Initialization.xavier(Fan.IN, 2, Distribution.NORMAL)), 0, Math.sqrt(2.0 / FAN_IN));
    }

    @Test
    void plainDensitiesHaveTheirMoments() {
        assertUniform(draw(Initialization.uniform(-1, 1)), 1);
        assertMoments(draw(Initialization.normal(2, 0.5)), 2, 0.5);
        assertThat(draw(Initialization.zeros())).containsOnly(0);
    }

    @Test
    void sameSeedGivesSameValues() {
        assertThat(draw(Initialization.glorotNormal())).isEqualTo(draw(Initialization.glorotNormal()));
    }

    @Test
    void initializesRecurrentLayers() {
        try (Lstm lstm = Lstm.builder(3, 4)
                .backend(BackendKind.REFERENCE)
                .initializer(Initialization.uniform(0.25, 0.5).recurrent())
                .build()) {
            for (float value : lstm.weights().get("weight_hh_l0")) {
                assertThat(value).isBetween(0.25f, 0.5f);
            }
            assertThat(lstm.weights().get("bias_ih_l0")).containsOnly(0);
        }
    }

    @Test
    void refusesNumbersThatDoNotDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.uniform(1, 1))
                .withMessage("low, high: 1.0, 1.0 (expected: finite numbers, low < high)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.normal(0, -1))
                .withMessage("mean, sigma: 0.0, -1.0 (expected: finite numbers, sigma >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.xavier(Fan.IN, 0, Distribution.NORMAL))
                .withMessage("magnitude: 0.0 (expected: a finite number > 0)");
    }
}
