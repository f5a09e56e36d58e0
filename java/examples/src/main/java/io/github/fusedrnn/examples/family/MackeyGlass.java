package io.github.fusedrnn.examples.family;

import java.util.Arrays;

/**
 * The series that forecasters are measured by: dx/dt = 0.2 x(t − τ) / (1 + x(t − τ)¹⁰) − 0.1 x, τ = 17, chaotic. Mackey and Glass 1977. Stepped by
 * Runge and Kutta's rule of fourth order with steps of 0.1, the delayed value held linear between them; one value a unit of time.
 */
public final class MackeyGlass {
    private static final int TAU = 17;
    private static final int SUBSTEPS = 10;
    private static final int FORGOTTEN = 1000;

    private MackeyGlass() {}

    /** So many values behind a transient, from a history that is constant {@code start}. */
    public static double[] series(int length, double start) {
        int delay = TAU * SUBSTEPS;
        double step = 1.0 / SUBSTEPS;
        double[] x = new double[delay + 1 + (FORGOTTEN + length) * SUBSTEPS];
        Arrays.fill(x, 0, delay + 1, start);
        for (int i = delay; i + 1 < x.length; i++) {
            double late = x[i - delay];
            double next = x[i - delay + 1];
            double middle = (late + next) / 2;
            double k1 = slope(x[i], late);
            double k2 = slope(x[i] + step / 2 * k1, middle);
            double k3 = slope(x[i] + step / 2 * k2, middle);
            double k4 = slope(x[i] + step * k3, next);
            x[i + 1] = x[i] + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        }
        double[] series = new double[length];
        for (int t = 0; t < length; t++) {
            series[t] = x[delay + (FORGOTTEN + t) * SUBSTEPS];
        }
        return series;
    }

    private static double slope(double x, double late) {
        return 0.2 * late / (1 + Math.pow(late, 10)) - 0.1 * x;
    }
}
