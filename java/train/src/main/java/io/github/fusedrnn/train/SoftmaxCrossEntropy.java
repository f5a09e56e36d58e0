package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of one choice among classes, from logits: Σ −log softmax(z)[label] over the rows whose label is not the
 * ignored one. Immutable, free to share.
 */
public final class SoftmaxCrossEntropy {
    /** A label that is ignored unless {@link #ignoring} says otherwise. */
    public static final int IGNORED = -1;

    private final DenseOps ops;
    private final Reduction reduction;
    private final int ignore;

    private SoftmaxCrossEntropy(DenseOps ops, Reduction reduction, int ignore) {
        this.ops = ops;
        this.reduction = reduction;
        this.ignore = ignore;
    }

    /** The loss on one backend; the mean over the rows that are not ignored is {@link Reduction#average()}. */
    public SoftmaxCrossEntropy(BackendKind backend, Reduction reduction) {
        this(Backends.dense(backend), reduction, IGNORED);
    }

    /** The same loss with another label for rows that do not count, such as padding. */
    public SoftmaxCrossEntropy ignoring(int label) {
        return new SoftmaxCrossEntropy(ops, reduction, label);
    }

    /**
     * The loss and, if {@code dLogits} is given, its gradient.
     *
     * @param logits z {@code [.., classes]}, read only
     * @param labels one for each row, in [0, classes) or the ignored one, read only
     * @param dLogits scale · (softmax(z) − onehot(label)), zero in ignored rows, overwritten; may be {@code logits};
     *     null if not needed
     * @throws IllegalArgumentException if a label, a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dLogits}
     */
    public ClassificationLoss compute(FloatTensor logits, int[] labels, @Nullable FloatTensor dLogits) {
        int classes = Math.toIntExact(logits.dim(logits.rank() - 1));
        Checks.argument(labels.length >= 1, "labels", "none", "at least one");
        Shapes.matrix("logits", logits, labels.length, classes, "one row for each label");
        if (dLogits != null) {
            Shapes.same("dLogits", dLogits, "logits", logits);
        }
        double scale = reduction.scale(counted(labels)); // before the call, which scales the gradient
        DenseOps.ClassificationLoss found = ops.softmaxCrossEntropy(logits, labels, ignore, (float) scale, dLogits);
        return new ClassificationLoss(scale * found.loss(), found.loss(), found.counted(), found.correct());
    }

    private long counted(int[] labels) {
        long counted = 0;
        for (int label : labels) {
            if (label != ignore) {
                counted++;
            }
        }
        return counted;
    }
}
