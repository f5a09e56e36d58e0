package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class LearningRateTest {
    @Test
    void halvesAfterTheFourthEpoch() {
        LearningRate rate = LearningRate.decayAfter(1, 0.5, 4);

        assertThat(rate.at(0)).isEqualTo(1);
        assertThat(rate.at(3.99)).isEqualTo(1);
        assertThat(rate.at(4)).isEqualTo(0.5f);
        assertThat(rate.at(5.5)).isEqualTo(0.25f);
        assertThat(rate.at(12)).isEqualTo((float) Math.pow(0.5, 9));
    }

    @Test
    void fallsOnALine() {
        LearningRate rate = LearningRate.linear(2, 1, 4);

        assertThat(rate.at(0)).isEqualTo(2);
        assertThat(rate.at(2)).isEqualTo(1.5f);
        assertThat(rate.at(9)).isEqualTo(1);
        assertThat(LearningRate.constant(3).at(7)).isEqualTo(3);
    }

    @Test
    void refusesWhatIsNoRate() {
        assertThatIllegalArgumentException().isThrownBy(() -> LearningRate.constant(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> LearningRate.decayAfter(1, 1.5, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> LearningRate.decayAfter(1, 0.5, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> LearningRate.linear(1, 0, 0));
    }
}
