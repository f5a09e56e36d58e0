package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.math.DropoutMask;
import org.jspecify.annotations.Nullable;

/** The outputs of one forward call, and every step of it, for backward. */
public final class ReferenceTape {
    final SequenceShape shape;
    final double[] weights;
    final @Nullable DropoutMask mask;
    /** {@code [layer*D + direction][row][step in the direction's own order]}. */
    private final ReferenceCell.Step[][][] steps;

    private final boolean keepsSteps;

    final double[] y;
    final double[] hn;
    final double[] cn;

    ReferenceTape(
            RecurrentConfig config,
            SequenceShape shape,
            double[] weights,
            @Nullable DropoutMask mask,
            boolean keepsSteps) {
        this.shape = shape;
        this.weights = weights;
        this.mask = mask;
        this.keepsSteps = keepsSteps;
        int states = config.stateLayers();
        steps = new ReferenceCell.Step[keepsSteps ? states : 0][shape.n()][];
        for (ReferenceCell.Step[][] rows : steps) {
            for (int row = 0; row < shape.n(); row++) {
                rows[row] = new ReferenceCell.Step[shape.length(row)];
            }
        }
        y = new double[Math.toIntExact((long) shape.t() * shape.n() * config.outputSize())];
        hn = new double[Math.toIntExact((long) states * shape.n() * config.stateSize())];
        cn = new double[Math.toIntExact((long) states * shape.n() * shape.cellSize())];
    }

    void keep(int state, int row, int k, ReferenceCell.Step step) {
        if (keepsSteps) {
            steps[state][row][k] = step;
        }
    }

    ReferenceCell.Step step(int state, int row, int k) {
        checkKept();
        return steps[state][row][k];
    }

    private void checkKept() {
        if (!keepsSteps) {
            throw new IllegalStateException("tape: made by infer, which keeps no steps (expected: made by forward)");
        }
    }

    /** Outputs {@code [T, N, D*S]} (S wide with a sum), or batch-major; not a copy. */
    public double[] y() {
        return y;
    }

    /** Final h {@code [L*D, N, S]}; not a copy. */
    public double[] hn() {
        return hn;
    }

    /** Final c {@code [L*D, N, H]}, empty for a cell without; not a copy. */
    public double[] cn() {
        return cn;
    }

    /** On which smooth pieces of its functions this call went; see {@link Pieces}. */
    public Pieces pieces() {
        checkKept();
        Pieces pieces = new Pieces();
        for (ReferenceCell.Step[][] rows : steps) {
            for (ReferenceCell.Step[] row : rows) {
                for (ReferenceCell.Step step : row) {
                    step.pieces(pieces);
                }
            }
        }
        return pieces;
    }
}
