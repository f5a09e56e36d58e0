package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

abstract class SoftmaxHeadSuite extends BackendSuite {
    private static final int IN = 5;
    private static final int OUT = 7;
    private static final int IGNORED = SoftmaxCrossEntropy.IGNORED;

    SoftmaxHeadSuite(BackendKind backend) {
        super(backend);
    }

    private Dense dense() {
        return closing(Dense.builder(IN, OUT)
                .initializeBias(Initialization.normal(0, 1))
                .seed(3)
                .backend(backend)
                .build());
    }

    private FloatTensor input(int steps, int rows) {
        float[] values = new float[steps * rows * IN];
        Initialization.normal(0, 1).fill(1, 1, new SplittableRandom(steps), values);
        return tensor(values, steps, rows, IN);
    }

    private static int[] labels(int rows, boolean gaps) {
        SplittableRandom random = new SplittableRandom(rows);
        int[] labels = new int[rows];
        Arrays.setAll(labels, i -> gaps && random.nextInt(3) == 0 ? IGNORED : random.nextInt(OUT));
        return labels;
    }

    /** Against the dense layer and the loss one after the other, in one piece; 700 rows are two chunks. */
    private void agrees(int steps, int rows, boolean gaps, Reduction reduction) {
        FloatTensor y = input(steps, rows);
        int[] labels = labels(steps * rows, gaps);
        Dense whole = dense();
        FloatTensor logits = zeros(steps, rows, OUT);
        FloatTensor expectedDy = zeros(steps, rows, IN);
        whole.forward(y, logits);
        ClassificationLoss expected = new SoftmaxCrossEntropy(backend, reduction).compute(logits, labels, logits);
        whole.backward(y, logits, logits, expectedDy);

        Dense chunked = dense();
        FloatTensor dy = zeros(steps, rows, IN);
        dy.fill(9);
        SoftmaxHead head = closing(new SoftmaxHead(chunked, reduction));
        ClassificationLoss found = head.train(y, labels, dy);

        // sums of at most 1,400 terms of order 1 in another order, in float32
        assertThat(found.sum()).isCloseTo(expected.sum(), within(1e-3));
        assertThat(found.value()).isCloseTo(expected.value(), within(1e-3));
        assertThat(found.counted()).isEqualTo(expected.counted());
        assertThat(found.correct()).isEqualTo(expected.correct());
        close(dy.toArray(), expectedDy.toArray());
        close(
                chunked.parameters().gradients().toArray(),
                whole.parameters().gradients().toArray());
        ClassificationLoss measured = head.measure(y, labels);
        assertThat(measured.sum()).isEqualTo(found.sum());
    }

    private static void close(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("element " + i).isCloseTo(expected[i], within(1e-3f));
        }
    }

    @Test
    void isTheDenseLayerAndTheLoss() {
        agrees(3, 4, false, Reduction.average());
    }

    @Test
    void leavesIgnoredRowsOut() {
        agrees(7, 5, true, Reduction.sum().times(0.25f));
    }

    @Test
    void cutsManyRowsIntoChunks() {
        agrees(100, 7, false, Reduction.average());
        agrees(100, 14, true, Reduction.average());
    }

    @Test
    void countsNothingWhereEverythingIsIgnored() {
        FloatTensor dy = zeros(2, 1, IN);
        dy.fill(1);
        ClassificationLoss found = closing(new SoftmaxHead(dense(), Reduction.average()))
                .train(input(2, 1), new int[] {IGNORED, IGNORED}, dy);

        assertThat(found.counted()).isZero();
        assertThat(found.value()).isZero();
        assertThat(dy.toArray()).containsOnly(0);
    }

    @Test
    void refusesWrongArguments() {
        SoftmaxHead head = closing(new SoftmaxHead(dense(), Reduction.average()));
        FloatTensor y = input(2, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> head.measure(y, new int[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> head.measure(y, new int[] {0, 1, 2, OUT}));
        assertThatIllegalArgumentException().isThrownBy(() -> head.train(y, new int[4], y));
        assertThatIllegalArgumentException().isThrownBy(() -> head.train(y, new int[4], zeros(4, IN)));
        Dense bent = closing(
                Dense.builder(2, 2).activation(Activation.TANH).backend(backend).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SoftmaxHead(bent, Reduction.average()))
                .withMessageContaining("softmax reads logits");
    }
}
