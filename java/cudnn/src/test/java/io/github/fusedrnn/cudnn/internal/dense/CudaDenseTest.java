package io.github.fusedrnn.cudnn.internal.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every dense operation on the device against the reference, on the same float32 inputs. */
@Tag("gpu")
class CudaDenseTest {
    private static final double EPS = 0x1p-24;

    /** Runs on one backend: tensors in, and the numbers of all tensors after it. */
    private static List<float[]> run(
            BackendKind kind, List<float[]> inputs, BiConsumer<DenseOps, List<FloatTensor>> work) {
        List<FloatTensor> tensors = new ArrayList<>();
        try {
            for (float[] values : inputs) {
                FloatTensor tensor = FloatTensor.allocate(kind, values.length);
                tensors.add(tensor);
                tensor.copyFrom(values);
            }
            work.accept(Backends.dense(kind), tensors);
            return tensors.stream().map(FloatTensor::toArray).toList();
        } finally {
            tensors.forEach(FloatTensor::close);
        }
    }

    /** The same work on both; every element within {@code ulps} roundings of the largest element of its tensor. */
    private static void agree(double ulps, List<float[]> inputs, BiConsumer<DenseOps, List<FloatTensor>> work) {
        List<float[]> here = run(BackendKind.CUDNN, inputs, work);
        List<float[]> there = run(BackendKind.REFERENCE, inputs, work);
        for (int i = 0; i < here.size(); i++) {
            double largest = 0;
            for (float value : there.get(i)) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int k = 0; k < here.get(i).length; k++) {
                assertThat((double) here.get(i)[k])
                        .as("tensor %d, element %d", i, k)
                        .isCloseTo(there.get(i)[k], offset(ulps * EPS * largest + 1e-42));
            }
        }
    }

    private static float[] random(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void multiplies(int transposed) {
        boolean transA = (transposed & 1) != 0;
        boolean transB = (transposed & 2) != 0;
        int m = 5;
        int n = 33;
        int k = 17;
        // k products and k sums for each element, of values up to 4 k.
        agree(
                4 * k,
                List.of(random(m * k, 1), random(k * n, 2), random(m * n, 3)),
                (ops, t) -> ops.gemm(transA, transB, m, n, k, 0.5f, t.get(0), t.get(1), -2, t.get(2)));
    }

    @Test
    void overwritesWhateverStoodThereWhereBetaIsZero() {
        float[] garbage = {Float.NaN, Float.NaN};
        agree(
                8,
                List.of(random(6, 1), random(3, 2), garbage),
                (ops, t) -> ops.gemm(false, false, 2, 1, 3, 1, t.get(0), t.get(1), 0, t.get(2)));
    }

    @Test
    void addsABiasAndSumsItsGradient() {
        for (int cols : new int[] {1, 31, 32, 65}) {
            agree(2, List.of(random(13 * cols, 1), random(cols, 2)), (ops, t) -> ops.addBias(t.get(0), t.get(1)));
            // The sum is float64 and is rounded once.
            agree(2, List.of(random(13 * cols, 3), random(cols, 4)), (ops, t) -> ops.biasGradient(t.get(0), t.get(1)));
        }
    }

    @Test
    void gathersAndScattersRows() {
        int[] ids = {4, 0, 4, 2, 4, 0};
        int[] twice = {4, 0, 4};
        for (int cols : new int[] {1, 7, 300}) {
            agree(
                    0,
                    List.of(random(5 * cols, 1), random(6 * cols, 2)),
                    (ops, t) -> ops.gather(t.get(0).reshape(5, cols), ids, t.get(1)));
            agree(
                    0,
                    List.of(random(5 * cols, 1), random(3 * cols, 2)),
                    (ops, t) -> ops.scatter(t.get(1), twice, t.get(0).reshape(5, cols)));
            // Three additions to the existing value.
            agree(
                    6,
                    List.of(random(5 * cols, 1), random(6 * cols, 2)),
                    (ops, t) -> ops.scatterAdd(t.get(1), ids, t.get(0).reshape(5, cols)));
        }
    }

    @Test
    void scattersInRowOrderToTheBit() {
        int[] ids = new int[400];
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(7);
        }
        float[] dy = random(400 * 5, 8);
        float[] expected = random(7 * 5, 9);
        float[] start = expected.clone();
        for (int r = 0; r < ids.length; r++) {
            for (int c = 0; c < 5; c++) {
                expected[ids[r] * 5 + c] += dy[r * 5 + c];
            }
        }
        List<float[]> here = run(
                BackendKind.CUDNN,
                List.of(start, dy),
                (ops, t) -> ops.scatterAdd(t.get(1), ids, t.get(0).reshape(7, 5)));
        assertThat(here.get(0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 65, 255, 256, 257, 1000})
    void classifies(int classes) {
        int rows = 9;
        int[] labels = new int[rows];
        for (int r = 0; r < rows; r++) {
            labels[r] = r % 4 == 3 ? -1 : r % classes;
        }
        List<ClassificationLoss> losses = new ArrayList<>();
        // exp within 2 ulp, a division, a subtraction from 1.
        agree(
                16,
                List.of(random(rows * classes, 1), random(rows * classes, 2)),
                (ops, t) -> losses.add(ops.softmaxCrossEntropy(t.get(0), labels, -1, 0.5f, t.get(1))));
        agree(
                16,
                List.of(random(rows * classes, 1)),
                (ops, t) -> losses.add(ops.softmaxCrossEntropy(t.get(0), labels, -1, 1, t.get(0))));
        agree(
                0,
                List.of(random(rows * classes, 1)),
                (ops, t) -> losses.add(ops.softmaxCrossEntropy(t.get(0), labels, -1, 1, null)));
        agree(8, List.of(random(rows * classes, 1)), (ops, t) -> ops.softmax(t.get(0), classes, t.get(0)));
        ClassificationLoss reference = losses.get(1);
        for (ClassificationLoss loss : losses) {
            assertThat(loss.loss()).isCloseTo(reference.loss(), offset(1e-5));
            assertThat(loss.counted()).isEqualTo(reference.counted());
            assertThat(loss.correct()).isEqualTo(reference.correct());
        }
    }

    @Test
    void countsTheFirstOfEqualLogitsAsTheLargest() {
        try (FloatTensor logits = FloatTensor.allocate(BackendKind.CUDNN, 2, 300)) {
            ClassificationLoss loss =
                    Backends.dense(BackendKind.CUDNN).softmaxCrossEntropy(logits, new int[] {0, 299}, -1, 1, null);
            assertThat(loss.correct()).isEqualTo(1);
            assertThat(loss.loss()).isCloseTo(2 * Math.log(300), offset(1e-9));
        }
    }

    /** Sizes around a block, a part of a reduction, and more elements than all parts take at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 255, 257, 2049, 1_100_000})
    void sumsAndMeasuresLosses(int n) {
        List<Double> sums = new ArrayList<>();
        float[] target = random(n, 2);
        for (int i = 0; i < n; i++) {
            target[i] = target[i] > 0 ? 1 : 0;
        }
        agree(16, List.of(random(n, 1), target, random(n, 3)), (ops, t) -> {
            sums.add(ops.sum(t.get(0)));
            sums.add(ops.sumOfSquares(t.get(0)));
            sums.add(ops.squaredError(t.get(0), t.get(1), 0.25f, t.get(2)));
            sums.add(ops.sigmoidCrossEntropy(t.get(0), t.get(1), 0.25f, t.get(0)));
            sums.add(ops.sigmoidCrossEntropy(t.get(2), t.get(1), 1, null));
        });
        int half = sums.size() / 2;
        for (int i = 0; i < half; i++) {
            // Float32 inside a term, float64 between them.
            assertThat(sums.get(i)).as("sum %d", i).isCloseTo(sums.get(half + i), offset(1e-6 * n));
        }
    }

    @Test
    void givesTheSameBitsAgain() {
        float[] x = random(300_000, 5);
        List<Double> sums = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            run(BackendKind.CUDNN, List.of(x), (ops, t) -> sums.add(ops.sum(t.get(0))));
        }
        assertThat(sums.get(0)).isEqualTo(sums.get(1));
    }

    @ParameterizedTest
    @EnumSource(Activation.Kind.class)
    void activates(Activation.Kind kind) {
        Activation f = new Activation(kind, 0.7f, 0.3f);
        float[] x = random(1001, 4);
        x[0] = 0;
        x[1] = 40;
        x[2] = -40;
        agree(16, List.of(x, new float[1001], random(1001, 5), new float[1001]), (ops, t) -> {
            ops.activate(f, t.get(0), t.get(1));
            ops.activateBackward(f, t.get(0), t.get(1), t.get(2), t.get(3));
        });
    }

    @Test
    void keepsNotANumber() {
        float[] x = {Float.NaN, 5, -5};
        for (Activation f : List.of(Activation.SIGMOID, Activation.TANH, Activation.RELU, Activation.SOFTPLUS)) {
            List<float[]> here = run(BackendKind.CUDNN, List.of(x), (ops, t) -> ops.activate(f, t.get(0), t.get(0)));
            assertThat(here.get(0)[0]).as("%s", f).isNaN();
        }
        List<float[]> here = run(BackendKind.CUDNN, List.of(x), (ops, t) -> ops.clamp(t.get(0), -1, 1));
        assertThat(here.get(0)).containsExactly(Float.NaN, 1, -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 7, 130})
    void dropsWhatEveryBackendDrops(int units) {
        float[] x = random(6 * units, 1);
        agree(
                2,
                List.of(x, new float[x.length]),
                (ops, t) -> ops.dropout(t.get(0), t.get(1), 3, 2, units, 0.4f, 0x1234_5678_9abc_def0L, 7, 1));
        agree(2, List.of(x), (ops, t) -> ops.dropout(t.get(0), t.get(0), 2, 3, units, 0.999f, -5, -1, -2));
    }

    @Test
    void updates() {
        int n = 777;
        List<float[]> inputs = List.of(random(n, 1), random(n, 2), random(n, 3));
        agree(0, List.of(random(n, 1)), (ops, t) -> ops.scale(t.get(0), 0.5f));
        agree(2, inputs, (ops, t) -> ops.axpy(0.3f, t.get(0), t.get(1)));
        agree(8, inputs, (ops, t) -> ops.sgd(t.get(0), t.get(1), null, 0.1f, 0, 0.01f, false));
        agree(8, inputs, (ops, t) -> ops.sgd(t.get(0), t.get(1), t.get(2), 0.1f, 0.9f, 0.01f, true));
        agree(8, inputs, (ops, t) -> ops.sgd(t.get(0), t.get(1), t.get(2), 0.1f, 0.9f, 0, false));
        for (long step : new long[] {1, 2, 5000}) {
            for (boolean decoupled : new boolean[] {false, true}) {
                AdamStep adam = new AdamStep(0.01f, 0.9f, 0.999f, 1e-8f, 0.02f, decoupled, step);
                float[] v = random(n, 4);
                for (int i = 0; i < n; i++) {
                    v[i] *= v[i];
                }
                // About ten roundings on the way to each of the three.
                agree(
                        24,
                        List.of(random(n, 1), random(n, 2), random(n, 3), v),
                        (ops, t) -> ops.adam(t.get(0), t.get(1), t.get(2), t.get(3), adam));
            }
        }
    }

    @Test
    void refusesTheHostsMemory() {
        try (FloatTensor host = FloatTensor.allocate(BackendKind.REFERENCE, 3)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Backends.dense(BackendKind.CUDNN).scale(host, 2))
                    .withMessageMatching(
                            "x: memory of backend REFERENCE \\(expected: memory of backend CUDNN on device \\d+\\)");
        }
    }
}
