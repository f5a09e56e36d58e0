package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.reference.ReferenceTape;
import org.jspecify.annotations.Nullable;

/**
 * The loss whose gradient the upstream gradients are: Σ dy∘y + Σ dhn∘hn + Σ dcn∘cn. What stands in the padding of dy has no influence.
 *
 * @param dy upstream of y, or null for zero
 * @param dhn upstream of the final h, or null for zero
 * @param dcn upstream of the final c, or null for zero
 */
record LossSum(double @Nullable [] dy, double @Nullable [] dhn, double @Nullable [] dcn) {

    /** loss(a) − loss(b), summed from the differences of single outputs, so that what is equal in both adds no rounding. */
    double difference(ReferenceTape a, ReferenceTape b) {
        return difference(dy, a.y(), b.y()) + difference(dhn, a.hn(), b.hn()) + difference(dcn, a.cn(), b.cn());
    }

    private static double difference(double @Nullable [] upstream, double[] a, double[] b) {
        double sum = 0;
        if (upstream != null) {
            for (int i = 0; i < upstream.length; i++) {
                // padding is 0 in both, whatever its upstream is
                sum += a[i] == b[i] ? 0 : upstream[i] * (a[i] - b[i]);
            }
        }
        return sum;
    }

    /** Σ |dy∘y| + …: what rounding errors of the loss are in proportion to. */
    double magnitude(ReferenceTape tape) {
        return magnitude(dy, tape.y()) + magnitude(dhn, tape.hn()) + magnitude(dcn, tape.cn());
    }

    private static double magnitude(double @Nullable [] upstream, double[] values) {
        double sum = 0;
        if (upstream != null) {
            for (int i = 0; i < upstream.length; i++) {
                sum += values[i] == 0 ? 0 : Math.abs(upstream[i] * values[i]);
            }
        }
        return sum;
    }
}
