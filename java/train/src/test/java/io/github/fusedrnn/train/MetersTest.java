package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class MetersTest {
    @Test
    void lossIsTheMeanOverEverythingCounted() {
        LossMeter meter = new LossMeter();
        assertThat(meter.mean()).isNaN();
        meter.add(new Loss(0.5, 3, 6));
        meter.add(new ClassificationLoss(2, 4, 2, 1));
        meter.add(0, 0);
        assertThat(meter.mean()).isEqualTo(7.0 / 8);
        assertThat(meter.perplexity()).isEqualTo(Math.exp(7.0 / 8));
        assertThat(meter.counted()).isEqualTo(8);
        meter.reset();
        assertThat(meter.mean()).isNaN();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meter.add(1, -1))
                .withMessage("count: -1 (expected: an integer >= 0)");
    }

    @Test
    void accuracyIsTheShareOfAllCounted() {
        AccuracyMeter meter = new AccuracyMeter();
        assertThat(meter.accuracy()).isNaN();
        meter.add(new ClassificationLoss(0, 0, 4, 1));
        meter.add(2, 2);
        assertThat(meter.accuracy()).isEqualTo(0.5);
        assertThat(meter.counted()).isEqualTo(6);
        meter.reset();
        assertThat(meter.counted()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meter.add(3, 2))
                .withMessage("right: 3 of 2 (expected: 0 <= right <= all)");
    }

    @Test
    void smoothedMeterWeighsRecentValuesMore() {
        SmoothedMeter meter = new SmoothedMeter(0.9);
        assertThat(meter.value()).isNaN();
        meter.add(5);
        assertThat(meter.value()).isCloseTo(5, within(1e-12));
        meter.add(7);
        assertThat(meter.value()).isCloseTo((0.9 * 5 + 7) / 1.9, within(1e-12));
        meter.reset();
        assertThat(meter.value()).isNaN();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SmoothedMeter(1))
                .withMessage("decay: 1.0 (expected: 0 <= decay < 1)");
    }
}
