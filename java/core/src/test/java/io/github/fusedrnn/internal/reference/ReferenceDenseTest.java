package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.internal.math.DropoutMask;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.testing.Variants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceDenseTest {
    /** Results are float64, rounded once. */
    private static final float ROUNDING = 0x1p-24f;

    private final DenseOps dense = Backends.dense(BackendKind.REFERENCE);
    private final List<FloatTensor> made = new ArrayList<>();

    private FloatTensor tensor(long[] dims, float... values) {
        FloatTensor tensor = FloatTensor.allocate(BackendKind.REFERENCE, dims);
        made.add(tensor);
        return tensor.copyFrom(values);
    }

    private FloatTensor vector(float... values) {
        return tensor(new long[] {values.length}, values);
    }

    @AfterEach
    void close() {
        made.forEach(FloatTensor::close);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void multipliesInEveryOrientation(boolean transA, boolean transB) {
        int m = 2;
        int n = 3;
        int k = 4;
        float[] a = ramp(m * k, 0.5f);
        float[] b = ramp(k * n, -0.25f);
        float[] c = ramp(m * n, 1);
        FloatTensor out = vector(c);
        dense.gemm(transA, transB, m, n, k, 2, vector(a), vector(b), 3, out);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += (double) a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j];
                }
                assertThat(out.get(i * n + j)).isEqualTo((float) (2 * sum + 3 * c[i * n + j]));
            }
        }
    }

    private static float[] ramp(int size, float step) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (i - 2) * step;
        }
        return values;
    }

    @Test
    void doesNotReadWhatBetaZeroOverwrites() {
        FloatTensor c = vector(Float.NaN);
        dense.gemm(false, false, 1, 1, 1, 1, vector(2), vector(3), 0, c);
        assertThat(c.get(0)).isEqualTo(6);
    }

    @Test
    void addsBiasToEachRowAndSumsItsGradient() {
        FloatTensor y = tensor(new long[] {2, 2}, 1, 2, 3, 4);
        dense.addBias(y, vector(10, 20));
        assertThat(y.toArray()).containsExactly(11, 22, 13, 24);
        FloatTensor dBias = vector(100, 200);
        dense.biasGradient(y, dBias);
        assertThat(dBias.toArray()).containsExactly(124, 246);
    }

    @Test
    void gathersRowsAndScattersThemBackAdding() {
        FloatTensor table = tensor(new long[] {3, 2}, 1, 2, 3, 4, 5, 6);
        FloatTensor y = tensor(new long[] {3, 2}, 0, 0, 0, 0, 0, 0);
        dense.gather(table, new int[] {2, 0, 2}, y);
        assertThat(y.toArray()).containsExactly(5, 6, 1, 2, 5, 6);
        dense.scatterAdd(y, new int[] {2, 0, 2}, table);
        assertThat(table.toArray()).containsExactly(2, 4, 3, 4, 15, 18);
    }

    @Test
    void scattersRowsOverOthersAndRefusesWhatIsNoRow() {
        FloatTensor table = tensor(new long[] {3, 2}, 1, 2, 3, 4, 5, 6);
        FloatTensor x = tensor(new long[] {2, 2}, 7, 8, 9, 10);
        dense.scatter(x, new int[] {2, 0}, table);
        assertThat(table.toArray()).containsExactly(9, 10, 3, 4, 7, 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.scatter(x, new int[] {0, 3}, table))
                .withMessage("ids[1]: 3 (expected: 0 <= id < 3, the rows of the table)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.scatter(x, new int[] {0}, table))
                .withMessageContaining("2 elements, ids * columns = 1 * 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.scatter(table.slice(0, 2), new int[] {0, 1}, table))
                .withMessage("table: overlaps x (expected: memory apart from x)");
        assertThat(table.toArray()).containsExactly(9, 10, 3, 4, 7, 8);
    }

    @Test
    void softmaxCrossEntropyCountsAndDifferentiates() {
        float[] z = {1, 2, 0.5f, 1000, 0, -1000, 3, 3, 3};
        FloatTensor logits = tensor(new long[] {3, 3}, z);
        FloatTensor gradient = tensor(new long[] {3, 3}, new float[9]);
        ClassificationLoss loss = dense.softmaxCrossEntropy(logits, new int[] {1, -1, 0}, -1, 0.5f, gradient);
        double sum = Math.exp(1) + Math.exp(2) + Math.exp(0.5);
        assertThat(loss.loss()).isCloseTo(Math.log(sum) - 2 + Math.log(3), within(1e-14));
        assertThat(loss.counted()).isEqualTo(2);
        assertThat(loss.correct()).isEqualTo(2);
        float third = 1 / 3f;
        assertThat(gradient.toArray())
                .containsExactly(
                        new float[] {
                            (float) (0.5 * Math.exp(1) / sum),
                            (float) (0.5 * (Math.exp(2) / sum - 1)),
                            (float) (0.5 * Math.exp(0.5) / sum),
                            0,
                            0,
                            0,
                            0.5f * (third - 1),
                            0.5f * third,
                            0.5f * third
                        },
                        within(ROUNDING));
        dense.softmax(logits, 3, logits);
        assertThat(Arrays.copyOfRange(logits.toArray(), 3, 6)).containsExactly(1, 0, 0);
    }

    @Test
    void sigmoidCrossEntropyAndSquaredError() {
        FloatTensor z = vector(0, 1000, -2);
        FloatTensor target = vector(1, 1, 0);
        double loss = dense.sigmoidCrossEntropy(z, target, 2, z);
        assertThat(loss).isCloseTo(Math.log(2) + Math.log1p(Math.exp(-2)), within(1e-14));
        assertThat(z.toArray()).containsExactly(-1, 0, (float) (2 / (1 + Math.exp(2))));
        FloatTensor p = vector(3, 5);
        assertThat(dense.squaredError(p, vector(1, 6), 0.5f, p)).isEqualTo(5);
        assertThat(p.toArray()).containsExactly(2, -1);
    }

    static Stream<Activation> activations() {
        return Variants.ACTIVATIONS.stream();
    }

    @ParameterizedTest
    @MethodSource("activations")
    void activatesAndGoesBack(Activation f) {
        float[] x = {-2, -0.3f, 0.1f, 0.9f, 2.5f};
        FloatTensor in = vector(x);
        FloatTensor y = vector(new float[x.length]);
        FloatTensor dx = vector(3, 3, 3, 3, 3);
        dense.activate(f, in, y);
        dense.activateBackward(f, in, y, dx, dx);
        for (int i = 0; i < x.length; i++) {
            double h = 1e-6;
            double slope = (Activations.value(f, x[i] + h) - Activations.value(f, x[i] - h)) / (2 * h);
            assertThat(y.get(i)).isEqualTo((float) Activations.value(f, x[i]));
            // the derivative is taken from y, which was rounded to float32: a few of its units
            assertThat((double) dx.get(i)).isCloseTo(3 * slope, within(20.0 * ROUNDING));
        }
    }

    @Test
    void dropsByTheMaskOfTheCall() {
        FloatTensor x = tensor(new long[] {2, 2, 5}, ramp(20, 1));
        FloatTensor y = tensor(new long[] {2, 2, 5}, new float[20]);
        dense.dropout(x, y, 2, 2, 5, 0.3f, 8, 4, 6);
        double[] row = {13, 14, 15, 16, 17};
        new DropoutMask(0.3f, 8, 4).apply(6, 1, 1, row, row);
        for (int i = 0; i < 5; i++) {
            assertThat(y.get(15 + i)).isEqualTo((float) row[i]);
        }
    }

    @Test
    void sumsScalesClampsAndAdds() {
        FloatTensor x = vector(1, -2, 3, Float.NaN);
        dense.clamp(x, -1, 2);
        assertThat(x.toArray()).containsExactly(1, -1, 2, Float.NaN);
        FloatTensor y = vector(1, 2, 3);
        assertThat(dense.sum(y)).isEqualTo(6);
        assertThat(dense.sumOfSquares(y)).isEqualTo(14);
        dense.scale(y, 2);
        dense.axpy(10, vector(1, 1, 1), y);
        assertThat(y.toArray()).containsExactly(12, 14, 16);
    }

    @Test
    void sgdWithMomentumDecayAndNesterov() {
        FloatTensor w = vector(2);
        FloatTensor velocity = vector(4);
        dense.sgd(w, vector(1), velocity, 0.5f, 0.25f, 0.5f, false);
        // g' = 1 + 0.5·2 = 2; v = 0.25·4 + 2 = 3; w = 2 − 0.5·3
        assertThat(velocity.get(0)).isEqualTo(3);
        assertThat(w.get(0)).isEqualTo(0.5f);
        dense.sgd(w, vector(1), velocity, 0.5f, 0.25f, 0, true);
        // v = 0.75 + 1 = 1.75; w = 0.5 − 0.5·(1 + 0.25·1.75)
        assertThat(w.get(0)).isEqualTo(0.5f - 0.5f * 1.4375f);
        dense.sgd(w, vector(1), null, 0.5f, 0, 0, false);
        assertThat(w.get(0)).isEqualTo(-0.21875f - 0.5f);
    }

    /** In the first step m̂ = g and v̂ = g², so that the update is rate · sign(g), whatever the betas are. */
    @Test
    void adamsFirstStepIsTheRate() {
        FloatTensor w = vector(1, 1);
        FloatTensor m = vector(0, 0);
        FloatTensor v = vector(0, 0);
        dense.adam(w, vector(3, -0.01f), m, v, new AdamStep(0.125f, 0.9f, 0.999f, 0, 0, false, 1));
        assertThat(w.toArray()).containsExactly(new float[] {0.875f, 1.125f}, within(ROUNDING));
        assertThat(m.get(0)).isCloseTo(0.3f, within(4 * ROUNDING));
        assertThat(v.get(0)).isEqualTo((float) ((1 - (double) 0.999f) * 9));
        dense.adam(w, vector(0, 0), vector(0, 0), vector(0, 0), new AdamStep(0.5f, 0.9f, 0.999f, 1e-8f, 0.5f, true, 9));
        assertThat(w.toArray()).containsExactly(new float[] {0.65625f, 0.84375f}, within(ROUNDING));
    }
}
