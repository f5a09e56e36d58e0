package io.github.fusedrnn.examples.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.BackendKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EchoStateNetworkTest {
    private static final double[] SERIES = MackeyGlass.series(1400, 1.2);

    @Test
    void theReservoirHasTheRadiusThatWasAskedFor() {
        try (EchoStateNetwork network = new EchoStateNetwork(100, 0.8, BackendKind.CPU, 1)) {
            assertThat(network.spectralRadius()).isCloseTo(0.8, within(1e-5));
        }
    }

    /** The echo state property: whatever the inputs before, the same input leads to the same state. */
    @Test
    void theReservoirForgetsHowItBegan() {
        double[] series = Arrays.copyOfRange(SERIES, 700, 1100);
        try (EchoStateNetwork network = new EchoStateNetwork(100, 1.1, BackendKind.CPU, 1)) {
            network.run(SERIES, 300);
            float[][] one = network.run(series, series.length);
            network.reset();
            float[][] other = network.run(series, series.length);
            assertThat(one[0]).isNotEqualTo(other[0]);
            assertThat(one[399]).containsExactly(other[399], within(1e-5f));
        }
    }

    /** An error below a tenth of the series' deviation after 40 steps on its own; the mean as the forecast would be at one. */
    @Test
    void itForecastsAChaoticSeries() {
        int steps = 40;
        double[] known = Arrays.copyOf(SERIES, 1300);
        try (EchoStateNetwork network = new EchoStateNetwork(200, 0.9, BackendKind.CPU, 1)) {
            network.fit(known, 100, 1e-8);
            network.reset();
            double[] answers = network.forecast(known, steps);
            assertThat(answers[steps - 1]).isCloseTo(SERIES[1300 + steps - 1], within(0.022));
            assertThatThrownBy(() -> network.fit(new double[10], 100, 1e-6))
                    .hasMessageContaining("10 values (expected: at least washout + 2 = 102)");
        }
    }

    /** Between 0.4 and 1.4 for ever, and never twice the same. */
    @Test
    void theSeriesStaysOnItsAttractor() {
        assertThat(Arrays.stream(SERIES)).allMatch(x -> x > 0.2 && x < 1.4);
        assertThat(Arrays.stream(SERIES).distinct().count()).isEqualTo(SERIES.length);
    }
}
