package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of independent yes/no questions, from logits z and targets t in [0, 1]: Σ −t log σ(z) − (1 − t) log(1 −
 * σ(z)), computed as max(z, 0) − z t + log(1 + e^−|z|), which does not overflow. Immutable, free to share.
 */
public final class SigmoidCrossEntropy {
    private final DenseOps ops;
    private final Reduction reduction;

    /** The loss on one backend; the mean over all elements is {@link Reduction#average()}. */
    public SigmoidCrossEntropy(BackendKind backend, Reduction reduction) {
        this.ops = Backends.dense(backend);
        this.reduction = reduction;
    }

    /**
     * The loss in nats and, if {@code dLogits} is given, its gradient.
     *
     * @param logits z, of any shape, before any sigmoid, read only
     * @param target t, of the same shape, read only
     * @param dLogits scale · (σ(z) − t), overwritten; may be {@code logits}; null if not needed
     * @throws IllegalArgumentException if a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dLogits}
     */
    public Loss compute(FloatTensor logits, FloatTensor target, @Nullable FloatTensor dLogits) {
        Shapes.same("target", target, "logits", logits);
        if (dLogits != null) {
            Shapes.same("dLogits", dLogits, "logits", logits);
        }
        double scale = reduction.scale(logits.size());
        double sum = ops.sigmoidCrossEntropy(logits, target, (float) scale, dLogits);
        return new Loss(scale * sum, sum, logits.size());
    }
}
