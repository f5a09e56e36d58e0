package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

abstract class LossContract extends BackendContract {
    private static final Reduction[] REDUCTIONS = {
        Reduction.sum(),
        Reduction.average(),
        Reduction.sum().times(0.125f),
        Reduction.average().times(3)
    };

    LossContract(BackendKind backend) {
        super(backend);
    }

    private static double factor(Reduction reduction, int counted) {
        return reduction.factor() / (double) (reduction.mean() ? counted : 1);
    }

    private static float[] spread(long seed, int size) {
        float[] values = Numbers.random(seed, size);
        for (int i = 0; i < size; i++) {
            values[i] *= 4;
        }
        return values;
    }

    private static void assertLoss(String what, double actual, double expected, long terms) {
        assertThat(actual).as(what).isCloseTo(expected, within(Numbers.tolerance(terms) * Math.abs(expected)));
    }

    private static double squares(double[] p, double[] t) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += (p[i] - t[i]) * (p[i] - t[i]);
        }
        return sum;
    }

    private static double sigmoidEntropy(double[] z, double[] t) {
        double sum = 0;
        for (int i = 0; i < z.length; i++) {
            double s = 1 / (1 + Math.exp(-z[i]));
            sum -= t[i] * Math.log(s) + (1 - t[i]) * Math.log(1 - s);
        }
        return sum;
    }

    private static double softmaxEntropy(double[] z, int[] labels, int ignore) {
        int classes = z.length / labels.length;
        double sum = 0;
        for (int r = 0; r < labels.length; r++) {
            if (labels[r] != ignore) {
                double total = 0;
                for (int c = 0; c < classes; c++) {
                    total += Math.exp(z[r * classes + c]);
                }
                sum += Math.log(total) - z[r * classes + labels[r]];
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 33, 130})
    void squaredErrorAndItsGradientMatchFloat64(int size) {
        FloatTensor p = tensor(spread(1, size), size);
        FloatTensor t = tensor(Numbers.random(2, size), size);
        double[] p64 = Numbers.doubles(p.toArray());
        double[] t64 = Numbers.doubles(t.toArray());
        for (Reduction reduction : REDUCTIONS) {
            FloatTensor dp = zeros(size);
            Loss loss = new MeanSquaredError(backend, reduction).compute(p, t, dp);
            double scale = factor(reduction, size);
            String what = "size " + size + ", " + reduction;
            assertThat(loss.counted()).isEqualTo(size);
            assertLoss(what, loss.sum(), squares(p64, t64), size);
            assertLoss(what, loss.value(), scale * squares(p64, t64), size);
            double[] expected = Numbers.centralDifferences(v -> scale * squares(v, t64), p64);
            Numbers.assertClose(what + ", dp", dp.toArray(), expected, Numbers.tolerance(2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 33, 130})
    void sigmoidCrossEntropyAndItsGradientMatchFloat64(int size) {
        FloatTensor z = tensor(spread(1, size), size);
        float[] targets = Numbers.random(2, size);
        for (int i = 0; i < size; i++) {
            targets[i] = i % 3 == 0 ? 1 : i % 3 == 1 ? 0 : Math.abs(targets[i]);
        }
        FloatTensor t = tensor(targets, size);
        double[] z64 = Numbers.doubles(z.toArray());
        double[] t64 = Numbers.doubles(targets);
        for (Reduction reduction : REDUCTIONS) {
            FloatTensor dz = zeros(size);
            Loss loss = new SigmoidCrossEntropy(backend, reduction).compute(z, t, dz);
            double scale = factor(reduction, size);
            String what = "size " + size + ", " + reduction;
            // max(z, 0) − z t cancels where z t is about z: the error is relative to the largest |z| = 4 of the sum
            assertThat(loss.sum()).as(what).isCloseTo(sigmoidEntropy(z64, t64), within(Numbers.tolerance(size) * 4));
            assertThat(loss.value()).as(what).isCloseTo(scale * loss.sum(), within(1e-12 * Math.abs(loss.value())));
            double[] expected = Numbers.centralDifferences(v -> scale * sigmoidEntropy(v, t64), z64);
            Numbers.assertClose(what + ", dz", dz.toArray(), expected, Numbers.tolerance(2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 33, 65})
    void softmaxCrossEntropyAndItsGradientMatchFloat64(int classes) {
        int rows = 6;
        FloatTensor z = tensor(spread(1, rows * classes), 2, 3, classes);
        double[] z64 = Numbers.doubles(z.toArray());
        int[] labels = {0, classes - 1, -1, classes / 2, -1, classes / 3};
        for (Reduction reduction : REDUCTIONS) {
            FloatTensor dz = zeros(2, 3, classes);
            ClassificationLoss loss = new SoftmaxCrossEntropy(backend, reduction).compute(z, labels, dz);
            double scale = factor(reduction, 4);
            String what = classes + " classes, " + reduction;
            assertThat(loss.counted()).isEqualTo(4);
            // log Σ e^z and z[label], each at most about 8, cancel
            double expectedSum = softmaxEntropy(z64, labels, -1);
            assertThat(loss.sum()).as(what).isCloseTo(expectedSum, within(8 * Numbers.tolerance(classes)));
            assertThat(loss.value()).as(what).isCloseTo(scale * loss.sum(), within(1e-12 * loss.value()));
            assertThat(loss.perplexity()).as(what).isEqualTo(Math.exp(loss.sum() / 4));
            assertThat(dz.reshape(rows, classes).slice(2, 1).toArray())
                    .as("ignored row")
                    .containsOnly(0);
            if (classes > 1) {
                double[] expected = Numbers.centralDifferences(v -> scale * softmaxEntropy(v, labels, -1), z64);
                Numbers.assertClose(what + ", dz", dz.toArray(), expected, Numbers.tolerance(classes));
            } else {
                assertThat(dz.toArray()).as("one class").containsOnly(0);
            }
        }
    }

    @Test
    void countsWhatIsCorrect() {
        FloatTensor z = tensor(new float[] {1, 2, 0, 5, 4, 3, 0, 0, 1, 9, 0, 0}, 4, 3);
        ClassificationLoss loss = new SoftmaxCrossEntropy(backend, Reduction.average())
                .ignoring(7)
                .compute(z, new int[] {1, 2, 2, 7}, null);
        assertThat(loss.counted()).isEqualTo(3);
        assertThat(loss.correct()).isEqualTo(2);
        assertThat(loss.accuracy()).isEqualTo(2.0 / 3);
    }

    @Test
    void nothingCountedIsNoLoss() {
        FloatTensor z = tensor(Numbers.random(1, 6), 2, 3);
        FloatTensor dz = tensor(Numbers.random(2, 6), 2, 3);
        ClassificationLoss loss =
                new SoftmaxCrossEntropy(backend, Reduction.average()).compute(z, new int[] {-1, -1}, dz);
        assertThat(loss.value()).isZero();
        assertThat(loss.counted()).isZero();
        assertThat(dz.toArray()).containsOnly(0);
    }

    @Test
    void largeLogitsDoNotOverflow() {
        FloatTensor z = tensor(new float[] {1e4f, -1e4f, -1e4f, 1e4f}, 2, 2);
        FloatTensor dz = zeros(2, 2);
        assertThat(new SoftmaxCrossEntropy(backend, Reduction.sum())
                        .compute(z, new int[] {0, 0}, dz)
                        .sum())
                .isEqualTo(2e4);
        assertThat(dz.toArray()).containsExactly(0, 0, -1, 1);
        FloatTensor t = tensor(new float[] {1, 1, 0, 0}, 2, 2);
        assertThat(new SigmoidCrossEntropy(backend, Reduction.sum())
                        .compute(z, t, dz)
                        .sum())
                .isEqualTo(2e4);
        assertThat(dz.toArray()).containsExactly(0, -1, 0, 1);
    }

    @Test
    void gradientMayTakeThePlaceOfThePrediction() {
        float[] values = spread(1, 12);
        FloatTensor t = tensor(Numbers.random(2, 12), 4, 3);
        int[] labels = {0, 2, -1, 1};
        FloatTensor apart = zeros(4, 3);
        FloatTensor z = tensor(values, 4, 3);
        new MeanSquaredError(backend, Reduction.average()).compute(z, t, apart);
        new MeanSquaredError(backend, Reduction.average()).compute(z, t, z);
        assertThat(z.toArray()).isEqualTo(apart.toArray());
        z.copyFrom(values);
        new SigmoidCrossEntropy(backend, Reduction.average()).compute(z, t, apart);
        new SigmoidCrossEntropy(backend, Reduction.average()).compute(z, t, z);
        assertThat(z.toArray()).isEqualTo(apart.toArray());
        z.copyFrom(values);
        new SoftmaxCrossEntropy(backend, Reduction.average()).compute(z, labels, apart);
        new SoftmaxCrossEntropy(backend, Reduction.average()).compute(z, labels, z);
        assertThat(z.toArray()).isEqualTo(apart.toArray());
    }

    @Test
    void refusesLabelsAndShapesThatDoNotDo() {
        SoftmaxCrossEntropy entropy = new SoftmaxCrossEntropy(backend, Reduction.sum());
        FloatTensor z = zeros(2, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> entropy.compute(z, new int[] {0, 3}, null))
                .withMessageStartingWith("labels[1]: 3 (expected: 0 <= label < ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> entropy.compute(z, new int[] {0}, null))
                .withMessage("logits: [2, 3] (expected: 1 rows of 3, one row for each label)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MeanSquaredError(backend, Reduction.sum()).compute(z, zeros(3, 2), null))
                .withMessage("target: [3, 2] (expected: [2, 3], the shape of prediction)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SigmoidCrossEntropy(backend, Reduction.sum()).compute(z, z, zeros(6)))
                .withMessage("dLogits: [6] (expected: [2, 3], the shape of logits)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Reduction.sum().times(Float.NaN))
                .withMessage("factor: NaN (expected: a finite number)");
    }
}
