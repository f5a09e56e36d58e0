package io.github.fusedrnn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.RecurrentConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InitializersTest {
    private static final RecurrentConfig LSTM =
            RecurrentConfig.lstm(20, 30).bidirectional().build();

    private static Map<String, float[]> draw(Initializer initializer, RecurrentConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, float[]> all = new LinkedHashMap<>();
        for (ParameterSpec spec : WeightLayout.of(config).parameters()) {
            float[] values = new float[(int) spec.size()];
            Arrays.fill(values, Float.NaN);
            initializer.fill(spec, config, random, values);
            all.put(spec.name(), values);
        }
        return all;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(float[] values) {
        double mean = mean(values);
        double sum = 0;
        for (float value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / values.length);
    }

    /** Uniform in ±bound: inside, near both ends, mean within five standard errors. */
    private static void checkUniform(float[] values, double low, double high) {
        double width = high - low;
        double min = Double.MAX_VALUE;
        double max = -Double.MAX_VALUE;
        for (float value : values) {
            assertThat((double) value).isBetween(low - width * 1e-7, high + width * 1e-7);
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
        // the chance that n draws all miss the outer 20/n of the range is e^-20
        assertThat(min).isLessThan(low + width * 20 / values.length);
        assertThat(max).isGreaterThan(high - width * 20 / values.length);
        assertThat(mean(values)).isCloseTo((low + high) / 2, within(5 * width / Math.sqrt(12.0 * values.length)));
    }

    @Test
    void pytorchUniformStaysWithinOneOverRootH() {
        double bound = 1 / Math.sqrt(30);
        draw(Initializers.pytorchUniform(), LSTM, 1).values().forEach(values -> checkUniform(values, -bound, bound));
    }

    @Test
    void uniformKeepsItsRange() {
        draw(Initializers.uniform(-1, 3), LSTM, 1).values().forEach(values -> checkUniform(values, -1, 3));
    }

    @Test
    void zerosAreZeros() {
        draw(Initializers.zeros(), LSTM, 1).values().forEach(values -> assertThat(values)
                .containsOnly(0));
    }

    @Test
    void xavierUniformScalesWithRowsAndColumns() {
        Map<String, float[]> drawn = draw(Initializers.xavierUniform(), LSTM, 1);
        double ih = Math.sqrt(6.0 / (120 + 20));
        checkUniform(drawn.get("weight_ih_l0"), -ih, ih);
        double hh = Math.sqrt(6.0 / (120 + 30));
        checkUniform(drawn.get("weight_hh_l0_reverse"), -hh, hh);
        assertThat(drawn.get("bias_ih_l0")).containsOnly(0);
        assertThat(drawn.get("bias_hh_l0_reverse")).containsOnly(0);
        float[] doubled = draw(Initializers.xavierUniform(2), LSTM, 1).get("weight_ih_l0");
        checkUniform(doubled, -2 * ih, 2 * ih);
    }

    @Test
    void xavierNormalHasTheDeviationOfThePaper() {
        Map<String, float[]> drawn = draw(Initializers.xavierNormal(1), LSTM, 1);
        double sigma = Math.sqrt(2.0 / (120 + 20));
        float[] values = drawn.get("weight_ih_l0");
        // five standard errors of mean and deviation
        assertThat(mean(values)).isCloseTo(0, within(5 * sigma / Math.sqrt(values.length)));
        assertThat(deviation(values)).isCloseTo(sigma, within(5 * sigma / Math.sqrt(2.0 * values.length)));
        assertThat(drawn.get("bias_ih_l0")).containsOnly(0);
    }

    private static void checkOrthonormalColumns(float[] values, int offset, int rows, int cols) {
        for (int a = 0; a < cols; a++) {
            for (int b = 0; b <= a; b++) {
                double dot = 0;
                for (int r = 0; r < rows; r++) {
                    dot += (double) values[offset + r * cols + a] * values[offset + r * cols + b];
                }
                // float32 entries: each product is off by 2^-23 of itself, and they sum to 1 at the most
                assertThat(dot).as("column %d with column %d", a, b).isCloseTo(a == b ? 1 : 0, within(1e-6));
            }
        }
    }

    @Test
    void recurrentMatricesAreOrthogonalGateByGate() {
        float[] square = draw(Initializers.orthogonalRecurrent(Initializers.zeros()), LSTM, 1)
                .get("weight_hh_l0");
        for (int gate = 0; gate < 4; gate++) {
            checkOrthonormalColumns(square, gate * 30 * 30, 30, 30);
        }
        RecurrentConfig projected = RecurrentConfig.lstm(3, 9).projection(4).build();
        Map<String, float[]> drawn = draw(Initializers.orthogonalRecurrent(Initializers.uniform(2, 3)), projected, 1);
        for (int gate = 0; gate < 4; gate++) {
            checkOrthonormalColumns(drawn.get("weight_hh_l0"), gate * 9 * 4, 9, 4);
        }
        checkUniform(drawn.get("weight_ih_l0"), 2, 3);
        checkUniform(drawn.get("weight_hr_l0"), 2, 3);
    }

    @Test
    void forgetBiasIsAddedToOneVectorOfAnLstm() {
        Map<String, float[]> drawn = draw(Initializers.forgetGateBias(1, Initializers.zeros()), LSTM, 1);
        float[] bias = drawn.get("bias_ih_l0_reverse");
        for (int i = 0; i < bias.length; i++) {
            assertThat(bias[i]).isEqualTo(i >= 30 && i < 60 ? 1f : 0f);
        }
        assertThat(drawn.get("bias_hh_l0_reverse")).containsOnly(0);
        draw(
                        Initializers.forgetGateBias(1, Initializers.zeros()),
                        RecurrentConfig.gru(5, 7).build(),
                        1)
                .values()
                .forEach(values -> assertThat(values).containsOnly(0));
    }

    @Test
    void theSeedDecides() {
        for (Initializer each : new Initializer[] {
            Initializers.pytorchUniform(),
            Initializers.xavierUniform(),
            Initializers.xavierNormal(1),
            Initializers.orthogonalRecurrent(Initializers.pytorchUniform())
        }) {
            float[] first = draw(each, LSTM, 7).get("weight_hh_l0");
            assertThat(draw(each, LSTM, 7).get("weight_hh_l0")).containsExactly(first);
            assertThat(draw(each, LSTM, 8).get("weight_hh_l0")).isNotEqualTo(first);
            assertThat(draw(each, LSTM, 7).get("weight_hh_l0_reverse")).isNotEqualTo(first);
        }
    }
}
