package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;

/**
 * Dropout around a recurrent stack, in training: each element is zero with probability p, the others are multiplied by
 * 1 / (1 − p). Srivastava et al. 2014, scaled in training. (A recurrent layer's own {@code dropout} works between its
 * layers.)
 *
 * <p>The mask is a function of (seed, call number, layer, t, n, unit), the same on every backend, so that nothing is
 * saved for backward: it applies the mask of the same call number. The training loop owns the number, counts it up with
 * every forward and keeps it in its checkpoints. Immutable, free to share.
 */
public final class Dropout {
    private final DenseOps ops;
    private final float p;
    private final long seed;
    private final int layer;

    /**
     * Dropout at one place of a model.
     *
     * @param backend where it runs
     * @param p probability that an element is dropped, 0 ≤ p &lt; 1
     * @param seed seed of all masks
     * @param layer a number ≥ 0 of this place, so that two places of one seed have masks of their own
     * @throws IllegalArgumentException if p or layer is out of range
     */
    public Dropout(BackendKind backend, float p, long seed, int layer) {
        Checks.argument(p >= 0 && p < 1, "p", p, "0 <= p < 1");
        Checks.argument(layer >= 0, "layer", layer, "an integer >= 0");
        this.ops = Backends.dense(backend);
        this.p = p;
        this.seed = seed;
        this.layer = layer;
    }

    /** Probability that an element is dropped. */
    public float p() {
        return p;
    }

    /**
     * y = x ∘ mask / (1 − p).
     *
     * @param call number of this forward
     * @param x input {@code [T, N, units]}, or {@code [N, units]} as if T = 1; read only
     * @param y output of the same shape, overwritten; may be {@code x}
     * @throws IllegalArgumentException if a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code y}
     */
    public void forward(long call, FloatTensor x, FloatTensor y) {
        mask(call, "x", x, "y", y);
    }

    /**
     * dx = dy ∘ mask / (1 − p).
     *
     * @param call number of the forward
     * @param dy gradient of y, read only
     * @param dx gradient of x, overwritten; may be {@code dy}
     * @throws IllegalArgumentException if a shape or a memory is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code dx}
     */
    public void backward(long call, FloatTensor dy, FloatTensor dx) {
        mask(call, "dy", dy, "dx", dx);
    }

    private void mask(long call, String fromName, FloatTensor from, String toName, FloatTensor to) {
        int rank = from.rank();
        Checks.argument(rank == 2 || rank == 3, fromName, Arrays.toString(from.dims()), "[T, N, units] or [N, units]");
        Shapes.same(toName, to, fromName, from);
        long t = rank == 3 ? from.dim(0) : 1;
        ops.dropout(from, to, t, from.dim(rank - 2), from.dim(rank - 1), p, seed, call, layer);
    }
}
