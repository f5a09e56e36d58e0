package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/** Squared error: Σ (p − t)², or its mean over all elements. Immutable, free to share. */
public final class MeanSquaredError {
    private final DenseOps ops;
    private final Reduction reduction;

    /** The loss on one backend; the mean over all elements is {@link Reduction#average()}. */
    public MeanSquaredError(BackendKind backend, Reduction reduction) {
        this.ops = Backends.dense(backend);
        this.reduction = reduction;
    }

    /**
     * The loss and, if {@code dPrediction} is given, its gradient.
     *
     * @param prediction p, of any shape, read only
     * @param target t, of the same shape, read only
     * @param dPrediction scale · 2 (p − t), overwritten; may be {@code prediction}; null if not needed
     * @throws IllegalArgumentException if a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dPrediction}
     */
    public Loss compute(FloatTensor prediction, FloatTensor target, @Nullable FloatTensor dPrediction) {
        Shapes.same("target", target, "prediction", prediction);
        if (dPrediction != null) {
            Shapes.same("dPrediction", dPrediction, "prediction", prediction);
        }
        double scale = reduction.scale(prediction.size());
        double sum = ops.squaredError(prediction, target, (float) scale, dPrediction);
        return new Loss(scale * sum, sum, prediction.size());
    }
}
