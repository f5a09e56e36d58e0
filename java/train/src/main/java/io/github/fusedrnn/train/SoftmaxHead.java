package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last part of a classifier of steps: a dense layer and softmax cross-entropy, forward and backward in one call, a
 * chunk of rows at a time, so that the logits of a large vocabulary are never in memory as a whole. Rows whose label
 * is {@link SoftmaxCrossEntropy#IGNORED}, such as padding, cost nothing: they are left out of the products, too.
 *
 * <p>Uses the dense layer, which stays the caller's, and owns its workspaces. One thread at a time.
 */
public final class SoftmaxHead implements AutoCloseable {
    /** 512 rows of 10,000 logits are 20 MB, and products over 512 rows run at full speed. */
    private static final int CHUNK = 512;

    private final Dense dense;
    private final Reduction reduction;
    private final DenseOps ops;
    private final Workspace rowsMemory;
    private final Workspace logitsMemory;
    private final Workspace gradientMemory;

    /**
     * A head on one dense layer.
     *
     * @param dense gives the logits; without an activation
     * @param reduction of the loss whose gradient {@link #train} follows
     * @throws IllegalArgumentException if the dense layer has an activation
     */
    public SoftmaxHead(Dense dense, Reduction reduction) {
        Checks.argument(
                dense.activation().kind() == io.github.fusedrnn.config.Activation.Kind.IDENTITY,
                "dense",
                "activation " + dense.activation().kind(),
                "none: softmax reads logits");
        this.dense = dense;
        this.reduction = reduction;
        BackendKind backend = dense.parameters().backend();
        this.ops = Backends.dense(backend);
        this.rowsMemory = new Workspace(backend);
        this.logitsMemory = new Workspace(backend);
        this.gradientMemory = new Workspace(backend);
    }

    /**
     * The loss, its gradient in y, and, added to the dense layer's gradients, that in its weights.
     *
     * @param y input {@code [.., in]} of the dense layer, read only
     * @param labels one for each row of y, in [0, out) or {@link SoftmaxCrossEntropy#IGNORED}
     * @param dy of y's shape, overwritten; zero in ignored rows; apart from y
     * @throws IllegalArgumentException if a label, a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dy}
     */
    public ClassificationLoss train(FloatTensor y, int[] labels, FloatTensor dy) {
        Shapes.same("dy", dy, "y", y);
        Checks.apart(dy.overlaps(y), "dy", "y");
        return run(y, labels, dy);
    }

    /** The loss alone; arguments as in {@link #train}. */
    public ClassificationLoss measure(FloatTensor y, int[] labels) {
        return run(y, labels, null);
    }

    private ClassificationLoss run(FloatTensor y, int[] labels, @Nullable FloatTensor dy) {
        Checks.argument(labels.length >= 1, "labels", "none", "at least one");
        Shapes.matrix("y", y, labels.length, dense.in(), "one row of in for each label");
        int[] rows = new int[labels.length];
        int counted = 0;
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] != SoftmaxCrossEntropy.IGNORED) {
                rows[counted++] = row;
            }
        }
        boolean gaps = counted < labels.length;
        FloatTensor from = y.reshape(labels.length, dense.in());
        FloatTensor to = dy == null ? null : dy.reshape(labels.length, dense.in());
        if (to != null && gaps) {
            to.fill(0);
        }
        double scale = reduction.scale(counted);
        double sum = 0;
        long correct = 0;
        for (int first = 0; first < counted; first += CHUNK) {
            int count = Math.min(CHUNK, counted - first);
            int[] chosen = Arrays.copyOfRange(rows, first, first + count);
            FloatTensor x = gaps ? rowsMemory.take(count, dense.in()) : from.slice(first, count);
            if (gaps) {
                ops.gather(from, chosen, x);
            }
            FloatTensor logits = logitsMemory.take(count, dense.out());
            dense.forward(x, logits);
            int[] chunkLabels = Arrays.stream(chosen).map(row -> labels[row]).toArray();
            // the gradient overwrites the logits, which are no longer needed
            DenseOps.ClassificationLoss found = ops.softmaxCrossEntropy(
                    logits, chunkLabels, SoftmaxCrossEntropy.IGNORED, (float) scale, to == null ? null : logits);
            sum += found.loss();
            correct += found.correct();
            if (to != null) {
                FloatTensor dx = gaps ? gradientMemory.take(count, dense.in()) : to.slice(first, count);
                dense.backward(x, logits, logits, dx);
                if (gaps) {
                    ops.scatterAdd(dx, chosen, to);
                }
            }
        }
        return new ClassificationLoss(scale * sum, sum, counted, correct);
    }

    /** Releases the workspaces. */
    @Override
    public void close() {
        try (rowsMemory;
                logitsMemory) {
            gradientMemory.close();
        }
    }
}
