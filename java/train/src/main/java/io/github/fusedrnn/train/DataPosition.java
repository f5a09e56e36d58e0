package io.github.fusedrnn.train;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * A position in a data pipeline: with its seed and sizes, enough to resume from a checkpoint.
 *
 * @param epoch pass over the data, from 0
 * @param batch next batch of that pass, from 0
 */
public record DataPosition(long epoch, int batch) {
    /** The start. */
    public static final DataPosition START = new DataPosition(0, 0);

    /** Refuses negative numbers. */
    public DataPosition {
        Checks.argument(epoch >= 0 && batch >= 0, "position", "epoch " + epoch + ", batch " + batch, "numbers >= 0");
    }
}
