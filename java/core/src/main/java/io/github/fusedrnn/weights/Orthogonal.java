package io.github.fusedrnn.weights;

import java.util.SplittableRandom;

/** Random matrices with orthonormal columns (rows, if there are fewer rows than columns). */
final class Orthogonal {
    private Orthogonal() {}

    /** Fills a row-major {@code [rows, cols]} matrix at {@code offset}, by modified Gram-Schmidt, twice for accuracy. */
    static void fill(SplittableRandom random, int rows, int cols, float[] values, int offset) {
        boolean transposed = rows < cols;
        int vectors = Math.min(rows, cols);
        int length = Math.max(rows, cols);
        double[][] basis = new double[vectors][length];
        for (int v = 0; v < vectors; v++) {
            double norm = 0;
            while (norm < 1e-6) { // a draw inside the span so far is drawn again
                for (int i = 0; i < length; i++) {
                    basis[v][i] = random.nextGaussian();
                }
                for (int pass = 0; pass < 2; pass++) {
                    for (int u = 0; u < v; u++) {
                        subtractProjection(basis[v], basis[u]);
                    }
                }
                norm = Math.sqrt(dot(basis[v], basis[v]));
            }
            for (int i = 0; i < length; i++) {
                basis[v][i] /= norm;
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                values[offset + r * cols + c] = (float) (transposed ? basis[r][c] : basis[c][r]);
            }
        }
    }

    private static void subtractProjection(double[] from, double[] unit) {
        double along = dot(from, unit);
        for (int i = 0; i < from.length; i++) {
            from[i] -= along * unit[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
