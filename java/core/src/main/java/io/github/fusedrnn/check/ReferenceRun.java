package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.internal.reference.ReferenceNetwork;
import io.github.fusedrnn.internal.reference.ReferenceTape;
import org.jspecify.annotations.Nullable;

/** One forward call of a {@link ReferenceLayer}: its results, and the way back. Immutable, free to share; arrays are copies. */
public final class ReferenceRun {
    private final ReferenceNetwork network;
    private final ReferenceTape tape;

    ReferenceRun(ReferenceNetwork network, ReferenceTape tape) {
        this.network = network;
        this.tape = tape;
    }

    /** Outputs {@code [T, N, D*S]} (S wide where directions are summed), or batch-major; 0 at and past each row's length. */
    public double[] y() {
        return tape.y().clone();
    }

    /** Final h {@code [L*D, N, S]}: of each row's last valid step, the initial state for a row of length 0. */
    public double[] hn() {
        return tape.hn().clone();
    }

    /** Final c {@code [L*D, N, H]}, empty for a cell without. */
    public double[] cn() {
        return tape.cn().clone();
    }

    /**
     * Gradients of {@code sum(dy*y) + sum(dhn*hn) + sum(dcn*cn)}. May be called more than once.
     *
     * @param dy shaped as y, or null for zero; not read in padding
     * @param dhn shaped as hn, or null for zero
     * @param dcn shaped as cn, or null for zero
     * @throws IllegalArgumentException if a size disagrees
     */
    public LayerGradients backward(double @Nullable [] dy, double @Nullable [] dhn, double @Nullable [] dcn) {
        ReferenceGradients gradients = network.backward(tape, dy, dhn, dcn);
        return new LayerGradients(network.layout(), gradients);
    }
}
