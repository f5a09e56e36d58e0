package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.math.DropoutMask;
import io.github.fusedrnn.weights.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The specification of every recurrent layer, in float64: layers, directions, lengths, states, dropout between layers, forward and
 * backward. What happens inside one step of one row is the {@link ReferenceCell}'s.
 *
 * <p>Sequences are {@code [T, N, ·]}, or {@code [N, T, ·]} for a batch-major description; states {@code [L*D, N, ·]}; S is the width of h,
 * P with projection, else H. A row's steps at and past its length are padding: their x and dy are never read, their y and dx are 0.
 *
 * <p>Immutable, free to share.
 */
public final class ReferenceNetwork {
    private final RecurrentConfig config;
    private final WeightLayout layout;

    /**
     * The network of a description.
     *
     * @throws IllegalArgumentException if its weights do not fit one Java array
     */
    public ReferenceNetwork(RecurrentConfig config) {
        this.config = config;
        layout = WeightLayout.of(config);
        if (layout.size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("weights: " + layout.size()
                    + " elements (expected: at most 2^31 − 9 for the reference, one Java array)");
        }
    }

    /** What this network computes. */
    public RecurrentConfig config() {
        return config;
    }

    /** Where each parameter lies in the weights and in their gradients. */
    public WeightLayout layout() {
        return layout;
    }

    /** Whether anything in this network has a kink, so that {@link ReferenceTape#pieces} can differ at all. */
    public boolean hasKinks() {
        return config.gateClip() > 0
                || config.cellClip() > 0
                || config.activations().stream().anyMatch(Activations::hasKinks);
    }

    /**
     * The whole sequence forward.
     *
     * @param weights canonical block; kept by the tape, so it must not change until backward is done
     * @param t T ≥ 1
     * @param n N ≥ 1
     * @param lengths {@code [N]}, each 0..T; null: all T
     * @param x {@code [T, N, C]} or batch-major
     * @param h0 {@code [L*D, N, S]}; null: zeros
     * @param c0 {@code [L*D, N, H]}, LSTM only; null: zeros
     * @param dropout whether to drop, if the description has a dropout: training yes, inference no
     * @param seed of the dropout mask
     * @param call number of this call, part of the dropout mask
     * @return outputs, final states, and what backward needs
     */
    public ReferenceTape forward(
            double[] weights,
            int t,
            int n,
            int @Nullable [] lengths,
            double[] x,
            double @Nullable [] h0,
            double @Nullable [] c0,
            boolean dropout,
            long seed,
            long call) {
        return run(weights, t, n, lengths, x, h0, c0, mask(dropout, seed, call), true);
    }

    /**
     * The whole sequence forward, for its outputs alone: without dropout, and the steps are forgotten, so that memory does not grow with
     * them. Arguments as in {@link #forward}.
     *
     * @return outputs and final states; backward and pieces cannot be had of it
     */
    public ReferenceTape infer(
            double[] weights,
            int t,
            int n,
            int @Nullable [] lengths,
            double[] x,
            double @Nullable [] h0,
            double @Nullable [] c0) {
        return run(weights, t, n, lengths, x, h0, c0, null, false);
    }

    private ReferenceTape run(
            double[] weights,
            int t,
            int n,
            int @Nullable [] lengths,
            double[] x,
            double @Nullable [] h0,
            double @Nullable [] c0,
            @Nullable DropoutMask mask,
            boolean keepSteps) {
        SequenceShape shape = new SequenceShape(config, t, n, lengths);
        shape.check("weights", weights, layout.size());
        shape.check("x", x, (long) t * n * config.inputSize());
        shape.checkState("h0", h0, config.stateSize());
        shape.checkState("c0", c0, shape.cellSize());

        ReferenceTape tape = new ReferenceTape(config, shape, weights, mask, keepSteps);
        double[][][] in = shape.rows(x, config.inputSize());
        for (int layer = 0; layer < config.layers(); layer++) {
            double[][][] out = shape.zeroRows(config.outputSize());
            for (int d = 0; d < config.directions(); d++) {
                CellWeights cellWeights = new CellWeights(config, layout, weights, layer, d);
                ReferenceCell cell = ReferenceCell.of(config, cellWeights, d);
                int s = layer * config.directions() + d;
                for (int row = 0; row < n; row++) {
                    double[] h = shape.state(h0, s, row, config.stateSize());
                    double[] c = shape.state(c0, s, row, shape.cellSize());
                    for (int k = 0; k < shape.length(row); k++) {
                        int time = time(d, k, shape.length(row));
                        ReferenceCell.Step step = cell.forward(in[row][time], h, c);
                        tape.keep(s, row, k, step);
                        h = step.h();
                        c = step.c();
                        Dense.add(h, 0, out[row][time], column(d), h.length);
                    }
                    shape.putState(tape.hn, s, row, h);
                    shape.putState(tape.cn, s, row, c);
                }
            }
            applyMask(tape.mask, layer, out);
            in = out;
        }
        shape.putRows(in, tape.y);
        return tape;
    }

    /**
     * The whole sequence backward.
     *
     * @param tape of {@link #forward}; may be used again
     * @param dy gradient of y, as y; null: zero
     * @param dhn gradient of the final h, as h0; null: zero
     * @param dcn gradient of the final c, as c0; null: zero
     * @return gradients of everything that went into forward
     */
    public ReferenceGradients backward(
            ReferenceTape tape, double @Nullable [] dy, double @Nullable [] dhn, double @Nullable [] dcn) {
        SequenceShape shape = tape.shape;
        if (dy != null) {
            shape.check("dy", dy, tape.y.length);
        }
        shape.checkState("dhn", dhn, config.stateSize());
        shape.checkState("dcn", dcn, shape.cellSize());

        double[] dx = new double[(int) ((long) shape.t() * shape.n() * config.inputSize())];
        double[] dh0 = new double[tape.hn.length];
        double[] dc0 = new double[tape.cn.length];
        double[] dweights = new double[tape.weights.length];

        double[][][] dout = dy == null ? shape.zeroRows(config.outputSize()) : shape.rows(dy, config.outputSize());
        for (int layer = config.layers() - 1; layer >= 0; layer--) {
            applyMask(tape.mask, layer, dout);
            double[][][] din = shape.zeroRows(config.inputSize(layer));
            for (int d = 0; d < config.directions(); d++) {
                int s = layer * config.directions() + d;
                for (int row = 0; row < shape.n(); row++) {
                    double[] dh = shape.state(dhn, s, row, config.stateSize());
                    double[] dc = shape.state(dcn, s, row, shape.cellSize());
                    for (int k = shape.length(row) - 1; k >= 0; k--) {
                        int time = time(d, k, shape.length(row));
                        Dense.add(dout[row][time], column(d), dh, 0, dh.length);
                        ReferenceCell.StepGradient g = tape.step(s, row, k).backward(dh, dc, dweights);
                        Dense.add(g.dx(), 0, din[row][time], 0, g.dx().length);
                        dh = g.dh();
                        dc = g.dc();
                    }
                    shape.putState(dh0, s, row, dh);
                    shape.putState(dc0, s, row, dc);
                }
            }
            dout = din;
        }
        shape.putRows(dout, dx);
        return new ReferenceGradients(dx, dh0, dc0, dweights);
    }

    /** The time index of a direction's step number k: the reverse direction begins at the row's last valid step. */
    private int time(int direction, int k, int length) {
        return config.isReverse(direction) ? length - 1 - k : k;
    }

    /** First column of a direction in the merged output: side by side, or both in the same place, added. */
    private int column(int direction) {
        return config.merge() == Merge.SUM ? 0 : direction * config.stateSize();
    }

    private @Nullable DropoutMask mask(boolean dropout, long seed, long call) {
        return dropout && config.dropout() > 0 ? new DropoutMask(config.dropout(), seed, call) : null;
    }

    /** Between layers only: the last layer's output is never dropped. The gradient passes the same mask. */
    private void applyMask(@Nullable DropoutMask mask, int layer, double[][][] out) {
        if (mask == null || layer == config.layers() - 1) {
            return;
        }
        for (int row = 0; row < out.length; row++) {
            for (int time = 0; time < out[row].length; time++) {
                mask.apply(layer, time, row, out[row][time], out[row][time]);
            }
        }
    }
}
