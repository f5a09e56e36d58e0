package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import org.jspecify.annotations.Nullable;

/**
 * T, N and the rows' lengths of one call, and the ways between the caller's flat arrays and the reference's rows: a sequence inside is
 * {@code [row][time < length][feature]}, without padding, so that padding cannot be read.
 */
final class SequenceShape {
    private final RecurrentConfig config;
    private final int t;
    private final int n;
    private final int @Nullable [] lengths;

    SequenceShape(RecurrentConfig config, int t, int n, int @Nullable [] lengths) {
        this.config = config;
        this.t = t;
        this.n = n;
        this.lengths = lengths == null ? null : lengths.clone();
        if (t < 1 || n < 1) {
            throw Checks.wrong("T, N", t + ", " + n, "both >= 1");
        }
        if (lengths != null) {
            checkLengths(lengths);
        }
    }

    private void checkLengths(int[] values) {
        if (values.length != n) {
            throw Checks.wrong("lengths", values.length + " values", "N = " + n);
        }
        for (int row = 0; row < n; row++) {
            if (values[row] < 0 || values[row] > t) {
                throw Checks.wrong("lengths[" + row + "]", values[row], "0 <= length <= T = " + t);
            }
        }
    }

    int t() {
        return t;
    }

    int n() {
        return n;
    }

    /** Valid steps of a row. */
    int length(int row) {
        return lengths == null ? t : lengths[row];
    }

    /** Width of the cell state: H, or 0 for a cell without one. */
    int cellSize() {
        return config.hasCellState() ? config.hiddenSize() : 0;
    }

    void check(String name, double[] values, long expected) {
        if (values.length != expected) {
            throw Checks.wrong(
                    name, values.length + " elements", expected + " for T = " + t + ", N = " + n + ", " + config);
        }
    }

    void checkState(String name, double @Nullable [] values, int width) {
        if (values != null) {
            check(name, values, (long) config.stateLayers() * n * width);
        }
    }

    /** A flat sequence as rows, padding left out. */
    double[][][] rows(double[] flat, int width) {
        double[][][] rows = zeroRows(width);
        for (int row = 0; row < n; row++) {
            for (int time = 0; time < length(row); time++) {
                System.arraycopy(flat, at(row, time, width), rows[row][time], 0, width);
            }
        }
        return rows;
    }

    double[][][] zeroRows(int width) {
        double[][][] rows = new double[n][][];
        for (int row = 0; row < n; row++) {
            rows[row] = new double[length(row)][width];
        }
        return rows;
    }

    /** Rows into a flat sequence; its padding is left as it is. */
    void putRows(double[][][] rows, double[] flat) {
        for (int row = 0; row < n; row++) {
            for (int time = 0; time < length(row); time++) {
                double[] from = rows[row][time];
                System.arraycopy(from, 0, flat, at(row, time, from.length), from.length);
            }
        }
    }

    private int at(int row, int time, int width) {
        return (config.batchMajor() ? row * t + time : time * n + row) * width;
    }

    /** One row of state number s, a copy; zeros where there is no state. */
    double[] state(double @Nullable [] states, int s, int row, int width) {
        double[] state = new double[width];
        if (states != null) {
            System.arraycopy(states, (s * n + row) * width, state, 0, width);
        }
        return state;
    }

    void putState(double[] states, int s, int row, double[] state) {
        System.arraycopy(state, 0, states, (s * n + row) * state.length, state.length);
    }
}
