package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;

/**
 * Corrects the results of rows of length zero, which cuDNN gets with a length of one: their first step has no effect, and their state passes
 * through unchanged.
 */
final class ZeroRows {
    private final StreamOps ops;
    private final RecurrentConfig config;
    private final CallShape shape;

    ZeroRows(StreamOps ops, RecurrentConfig config, CallShape shape) {
        this.ops = ops;
        this.config = config;
        this.shape = shape;
    }

    /** Clears the first step of such rows in a sequence {@code [T, N, width]} or {@code [N, T, width]}. */
    void clearSteps(long sequence, int width, int elementBytes) {
        long rowBytes = (long) width * elementBytes;
        long stride = config.batchMajor() ? shape.t() * rowBytes : rowBytes;
        for (int row = 0; shape.hasZeroRows() && row < shape.n(); row++) {
            if (shape.isZeroRow(row)) {
                ops.zero(sequence + row * stride, rowBytes);
            }
        }
    }

    /** Copies the states of such rows from one float32 state {@code [L*D, N, width]} to another; 0 = zeros. */
    void carryStates(long from, long to, int width) {
        long rowBytes = (long) width * Float.BYTES;
        long pitch = shape.n() * rowBytes;
        for (int row = 0; shape.hasZeroRows() && row < shape.n(); row++) {
            if (shape.isZeroRow(row)) {
                if (from == 0) {
                    ops.zeroColumns(to + row * rowBytes, pitch, rowBytes, config.stateLayers());
                } else {
                    ops.copyColumns(to + row * rowBytes, from + row * rowBytes, pitch, rowBytes, config.stateLayers());
                }
            }
        }
    }

    /** Clears the states of such rows in {@code [L*D, N, width]}. */
    void clearStates(long states, int width, int elementBytes) {
        long rowBytes = (long) width * elementBytes;
        for (int row = 0; shape.hasZeroRows() && row < shape.n(); row++) {
            if (shape.isZeroRow(row)) {
                ops.zeroColumns(states + row * rowBytes, shape.n() * rowBytes, rowBytes, config.stateLayers());
            }
        }
    }

    /** Clears the padding of all rows of a float32 sequence. */
    void clearPadding(long sequence, int width) {
        long rowBytes = (long) width * Float.BYTES;
        for (int row = 0; row < shape.n(); row++) {
            int length = shape.lengths()[row];
            int padding = shape.t() - length;
            if (padding > 0 && config.batchMajor()) {
                ops.zero(sequence + ((long) row * shape.t() + length) * rowBytes, padding * rowBytes);
            } else if (padding > 0) {
                ops.zeroColumns(
                        sequence + ((long) length * shape.n() + row) * rowBytes,
                        shape.n() * rowBytes,
                        rowBytes,
                        padding);
            }
        }
    }
}
