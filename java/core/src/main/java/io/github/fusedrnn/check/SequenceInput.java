package io.github.fusedrnn.check;

import org.jspecify.annotations.Nullable;

/**
 * What goes into one call of a layer, in float64. Arrays are copied in and out; immutable, free to share.
 *
 * <p>T time steps, N batch, C input size, L layers, D directions, H hidden size; S is the width of h: the projection size where there is
 * one, else H.
 */
public final class SequenceInput {
    private final int steps;
    private final int rows;
    private final double[] x;
    private final int @Nullable [] lengths;
    private final double @Nullable [] h0;
    private final double @Nullable [] c0;

    private SequenceInput(
            int steps, int rows, double[] x, int @Nullable [] lengths, double @Nullable [] h0, double @Nullable [] c0) {
        this.steps = steps;
        this.rows = rows;
        this.x = x;
        this.lengths = lengths;
        this.h0 = h0;
        this.c0 = c0;
    }

    /**
     * A batch of sequences, each T steps long, that start from zero states.
     *
     * @param steps T ≥ 1
     * @param rows N ≥ 1
     * @param x {@code [T, N, C]}, or {@code [N, T, C]} for a batch-major layer, the last index fastest
     */
    public static SequenceInput of(int steps, int rows, double[] x) {
        return new SequenceInput(steps, rows, x.clone(), null, null, null);
    }

    /**
     * The same with lengths of its own for each row.
     *
     * @param lengths {@code [N]}, each 0..T, in any order; x is not read at and past a row's length
     */
    public SequenceInput withLengths(int... lengths) {
        return new SequenceInput(steps, rows, x, lengths.clone(), h0, c0);
    }

    /**
     * The same with initial states.
     *
     * @param h0 {@code [L*D, N, S]}, or null for zeros
     * @param c0 {@code [L*D, N, H]}, LSTM only, or null for zeros
     */
    public SequenceInput withState(double @Nullable [] h0, double @Nullable [] c0) {
        return new SequenceInput(
                steps, rows, x, lengths, h0 == null ? null : h0.clone(), c0 == null ? null : c0.clone());
    }

    /** T. */
    public int steps() {
        return steps;
    }

    /** N. */
    public int rows() {
        return rows;
    }

    /** The input, a copy. */
    public double[] x() {
        return x.clone();
    }

    /** The rows' lengths, a copy; null where every row has T steps. */
    public int @Nullable [] lengths() {
        return lengths == null ? null : lengths.clone();
    }

    /** The initial h, a copy; null for zeros. */
    public double @Nullable [] h0() {
        return h0 == null ? null : h0.clone();
    }

    /** The initial c, a copy; null for zeros. */
    public double @Nullable [] c0() {
        return c0 == null ? null : c0.clone();
    }
}
