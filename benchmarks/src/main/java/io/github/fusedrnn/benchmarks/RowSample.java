package io.github.fusedrnn.benchmarks;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of a batch that are checked against the reference: all of them, or as many, evenly spaced, as it can compute in a second or two. Rows are
 * independent, so a sample of them is a batch.
 *
 * @param rows ascending
 * @param all N
 */
record RowSample(int[] rows, int all) {
    /** Number of operations that plain float64 loops execute in about two seconds. */
    private static final double MAX_FLOPS = 2e9;

    static RowSample of(int all, double flopsOfRow) {
        int count = (int) Math.max(1, Math.min(all, MAX_FLOPS / flopsOfRow));
        return new RowSample(
                IntStream.range(0, count)
                        .map(i -> (int) ((long) i * all / count))
                        .toArray(),
                all);
    }

    int count() {
        return rows.length;
    }

    /** The values of the sample's rows from {@code [outer, N, width]}. */
    float[] pick(float[] values, int outer, int width) {
        float[] picked = new float[outer * rows.length * width];
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < rows.length; j++) {
                System.arraycopy(values, (i * all + rows[j]) * width, picked, (i * rows.length + j) * width, width);
            }
        }
        return picked;
    }

    /** The lengths of the sample's rows. */
    int[] pick(int[] lengths) {
        return IntStream.of(rows).map(row -> lengths[row]).toArray();
    }

    /** Zeroes {@code [outer, N, width]} except for the sample's rows. */
    void keepOnly(float[] values, int outer, int width) {
        float[] kept = pick(values, outer, width);
        Arrays.fill(values, 0);
        for (int i = 0; i < outer; i++) {
            for (int j = 0; j < rows.length; j++) {
                System.arraycopy(kept, (i * rows.length + j) * width, values, (i * all + rows[j]) * width, width);
            }
        }
    }
}
