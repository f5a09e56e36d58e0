package io.github.fusedrnn.cudnn.internal.rnn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * T, N and the rows' lengths of the current call, as cuDNN gets them: a length of zero becomes one, and the results of that step are corrected
 * afterwards ({@link ZeroRows}), because cuDNN does not document whether its kernels accept a zero. One thread at a time.
 */
final class CallShape {
    private final int[] lengths;
    private int t;
    private int n;
    private int zeroRows;
    private boolean uneven;
    private boolean given;
    private long version;

    CallShape(int maxN) {
        lengths = new int[maxN];
    }

    /** Sets the shape of a call; {@link #version()} changes if it differs from that of the previous call. */
    void set(int newT, int newN, int @Nullable [] ofRows) {
        if (same(newT, newN, ofRows)) {
            return;
        }
        version++;
        t = newT;
        n = newN;
        given = ofRows != null;
        if (ofRows == null) {
            Arrays.fill(lengths, 0, n, t);
        } else {
            System.arraycopy(ofRows, 0, lengths, 0, n);
        }
        zeroRows = 0;
        uneven = false;
        for (int row = 0; row < n; row++) {
            zeroRows += lengths[row] == 0 ? 1 : 0;
            uneven |= lengths[row] != t;
        }
    }

    private boolean same(int newT, int newN, int @Nullable [] ofRows) {
        if (version == 0 || newT != t || newN != n || given != (ofRows != null)) {
            return false;
        }
        return ofRows == null || Arrays.equals(lengths, 0, n, ofRows, 0, n);
    }

    /** Rises with every change. */
    long version() {
        return version;
    }

    int t() {
        return t;
    }

    int n() {
        return n;
    }

    /** Steps of all rows, padding included. */
    long cells() {
        return (long) t * n;
    }

    /** Whether some row has fewer than T steps. */
    boolean uneven() {
        return uneven;
    }

    boolean hasZeroRows() {
        return zeroRows > 0;
    }

    boolean isZeroRow(int row) {
        return lengths[row] == 0;
    }

    /** The lengths as the caller gave them, {@code [≥ N]}; read only. */
    int[] lengths() {
        return lengths;
    }

    /** Writes the lengths as cuDNN gets them. */
    void writeAtLeastOne(int[] to) {
        for (int row = 0; row < n; row++) {
            to[row] = Math.max(lengths[row], 1);
        }
    }
}
