package io.github.fusedrnn.internal.reference;

/** The three products of a row-major matrix W {@code [rows, cols]}, which begins at element {@code at} of an array, with a vector. */
final class Dense {
    private Dense() {}

    /** y[yAt + r] += Σ_k W[r, k] x[k]. */
    static void addProduct(double[] w, int at, int rows, int cols, double[] x, double[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            int row = at + r * cols;
            // four sums, because a processor adds several numbers in the time that one sum waits for itself
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            int k = 0;
            for (; k + 3 < cols; k += 4) {
                s0 += w[row + k] * x[k];
                s1 += w[row + k + 1] * x[k + 1];
                s2 += w[row + k + 2] * x[k + 2];
                s3 += w[row + k + 3] * x[k + 3];
            }
            for (; k < cols; k++) {
                s0 += w[row + k] * x[k];
            }
            y[yAt + r] += (s0 + s1) + (s2 + s3);
        }
    }

    /** dx[k] += Σ_r W[r, k] dy[dyAt + r]: the gradient of the product with respect to x. */
    static void addTransposedProduct(double[] w, int at, int rows, int cols, double[] dy, int dyAt, double[] dx) {
        for (int r = 0; r < rows; r++) {
            int row = at + r * cols;
            double d = dy[dyAt + r];
            for (int k = 0; k < cols; k++) {
                dx[k] += w[row + k] * d;
            }
        }
    }

    /** dW[r, k] += dy[dyAt + r] x[k]: the gradient of the product with respect to W. */
    static void addOuterProduct(double[] dw, int at, int rows, int cols, double[] dy, int dyAt, double[] x) {
        for (int r = 0; r < rows; r++) {
            int row = at + r * cols;
            double d = dy[dyAt + r];
            for (int k = 0; k < cols; k++) {
                dw[row + k] += d * x[k];
            }
        }
    }

    /** y[yAt + i] += x[xAt + i] for i below n. */
    static void add(double[] x, int xAt, double[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += x[xAt + i];
        }
    }
}
