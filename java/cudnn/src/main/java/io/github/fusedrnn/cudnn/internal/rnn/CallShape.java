package io.github.fusedrnn.cudnn.internal.rnn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * T, N and the rows' lengths of the call at hand, as cuDNN gets them: a length of zero becomes one, and what that step of a row gives is put
 * right afterwards, because whether cuDNN's kernels take a zero is open. One thread at a time.
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

    /** Takes over a call's; {@link #version()} changes if it is not that of the call before. */
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

    /** Rises whenever anything changes. */
    long version() {
        return version;
    }

    int t() {
        return t;
    }

    int n() {
        return n;
    }

    /** Steps of all rows, padding among them. */
    long cells() {
        return (long) t * n;
    }

    /** Whether not every row has T steps. */
    boolean uneven() {
        return uneven;
    }

    boolean hasZeroRows() {
        return zeroRows > 0;
    }

    boolean isZeroRow(int row) {
        return lengths[row] == 0;
    }

    /** The lengths as they were given, {@code [≥ N]}; not to be written. */
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
