package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/** The elementwise updates of {@link ReferenceDenseKernels}. */
final class ReferenceUpdates {
    /** x *= factor. */
    void scale(FloatTensor x, float factor) {
        double[] values = Doubles.read(x, "x");
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        Doubles.write(values, x);
    }

    /** x = min(max(x, low), high). */
    void clamp(FloatTensor x, float low, float high) {
        double[] values = Doubles.read(x, "x");
        for (int i = 0; i < values.length; i++) {
            // Math.min and max hand NaN on
            values[i] = Math.min(Math.max(values[i], low), high);
        }
        Doubles.write(values, x);
    }

    /** y += a x. */
    void axpy(float a, FloatTensor x, FloatTensor y) {
        double[] from = Doubles.read(x, "x");
        double[] sum = Doubles.read(y, "y");
        for (int i = 0; i < sum.length; i++) {
            sum[i] += a * from[i];
        }
        Doubles.write(sum, y);
    }

    /** g' = g + weightDecay w; v = momentum v + g'; w −= rate (nesterov ? g' + momentum v : v). Sutskever et al. 2013. */
    void sgd(
            FloatTensor w,
            FloatTensor g,
            @Nullable FloatTensor velocity,
            float rate,
            float momentum,
            float weightDecay,
            boolean nesterov) {
        double[] weights = Doubles.read(w, "w");
        double[] gradient = Doubles.read(g, "g");
        double[] v = velocity == null ? new double[weights.length] : Doubles.read(velocity, "velocity");
        for (int i = 0; i < weights.length; i++) {
            double decayed = gradient[i] + weightDecay * weights[i];
            v[i] = momentum * v[i] + decayed;
            weights[i] -= rate * (nesterov ? decayed + momentum * v[i] : v[i]);
        }
        Doubles.write(weights, w);
        if (velocity != null) {
            Doubles.write(v, velocity);
        }
    }

    /** Kingma &amp; Ba 2015, algorithm 1; decoupled weight decay: Loshchilov &amp; Hutter 2019. */
    void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step) {
        double[] weights = Doubles.read(w, "w");
        double[] gradient = Doubles.read(g, "g");
        double[] first = Doubles.read(m, "m");
        double[] second = Doubles.read(v, "v");
        double beta1 = step.beta1();
        double beta2 = step.beta2();
        double unbias1 = 1 - Math.pow(beta1, (double) step.step());
        double unbias2 = 1 - Math.pow(beta2, (double) step.step());
        for (int i = 0; i < weights.length; i++) {
            double decay = step.weightDecay() * weights[i];
            double gi = step.decoupled() ? gradient[i] : gradient[i] + decay;
            first[i] = beta1 * first[i] + (1 - beta1) * gi;
            second[i] = beta2 * second[i] + (1 - beta2) * gi * gi;
            double update = first[i] / unbias1 / (Math.sqrt(second[i] / unbias2) + step.epsilon());
            weights[i] -= step.rate() * (step.decoupled() ? update + decay : update);
        }
        Doubles.write(weights, w);
        Doubles.write(first, m);
        Doubles.write(second, v);
    }
}
