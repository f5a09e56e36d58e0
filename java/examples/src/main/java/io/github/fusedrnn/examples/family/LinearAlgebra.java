package io.github.fusedrnn.examples.family;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgeev;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dposv;
import static org.bytedeco.openblas.global.openblas.LAPACK_ROW_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;

/** The two questions to LAPACK that an echo state network has, through OpenBLAS's preset. Matrices are row-major. */
final class LinearAlgebra {
    private LinearAlgebra() {}

    /** The largest magnitude of an eigenvalue of {@code a} {@code [n, n]}, which is left as it was. */
    static double spectralRadius(double[] a, int n) {
        double[] re = new double[n];
        double[] im = new double[n];
        double[] unused = new double[1];
        checkInfo(
                "dgeev",
                LAPACKE_dgeev(LAPACK_ROW_MAJOR, (byte) 'N', (byte) 'N', n, a.clone(), n, re, im, unused, n, unused, n));
        double radius = 0;
        for (int i = 0; i < n; i++) {
            radius = Math.max(radius, Math.hypot(re[i], im[i]));
        }
        return radius;
    }

    /**
     * Ridge regression: the W {@code [columns, outputs]} of least ‖X W − Y‖² + λ ‖W‖², from (XᵀX + λ I) W = XᵀY by Cholesky's factors.
     *
     * @param x {@code [rows, columns]}
     * @param y {@code [rows, outputs]}
     * @param lambda &gt; 0
     */
    static double[] ridge(double[] x, double[] y, int rows, int columns, int outputs, double lambda) {
        double[] normal = new double[columns * columns];
        double[] w = new double[columns * outputs];
        cblas_dgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                columns,
                columns,
                rows,
                1,
                x,
                columns,
                x,
                columns,
                0,
                normal,
                columns);
        cblas_dgemm(
                CblasRowMajor,
                CblasTrans,
                CblasNoTrans,
                columns,
                outputs,
                rows,
                1,
                x,
                columns,
                y,
                outputs,
                0,
                w,
                outputs);
        for (int i = 0; i < columns; i++) {
            normal[i * columns + i] += lambda;
        }
        checkInfo("dposv", LAPACKE_dposv(LAPACK_ROW_MAJOR, (byte) 'U', columns, outputs, normal, columns, w, outputs));
        return w;
    }

    private static void checkInfo(String call, int info) {
        if (info != 0) {
            throw new IllegalArgumentException("LAPACK " + call + ": info " + info + " (expected: 0)");
        }
    }
}
