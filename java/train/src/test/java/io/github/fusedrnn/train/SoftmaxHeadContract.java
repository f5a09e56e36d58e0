package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

abstract class SoftmaxHeadContract extends BackendContract {
    private static final int IN = 5;
    private static final int OUT = 7;
    private static final int IGNORED = SoftmaxCrossEntropy.IGNORED;

    SoftmaxHeadContract(BackendKind backend) {
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

        // the same float32 losses; only the order of their sum differs
        double near = Numbers.tolerance((long) steps * rows);
        assertThat(found.sum()).isCloseTo(expected.sum(), within(near * Math.abs(expected.sum())));
        assertThat(found.value()).isCloseTo(expected.value(), within(near * Math.abs(expected.value())));
        assertThat(found.counted()).isEqualTo(expected.counted());
        assertThat(found.correct()).isEqualTo(expected.correct());
        // a row's derivative is a sum over the classes, a weight's over the rows
        Numbers.assertClose("dy", dy.toArray(), Numbers.doubles(expectedDy.toArray()), Numbers.tolerance(OUT));
        Numbers.assertClose(
                "gradients",
                chunked.parameters().gradients().toArray(),
                Numbers.doubles(whole.parameters().gradients().toArray()),
                near);
        ClassificationLoss measured = head.measure(y, labels);
        assertThat(measured.sum()).isEqualTo(found.sum());
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
        agrees(100, 14, false, Reduction.sum());
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
