package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/** The losses of {@link ReferenceDenseKernels}. */
final class ReferenceLosses {
    /** Σ −log softmax(z)[label] over the rows that count; its gradient is softmax(z) − 1[label]. */
    ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, int classes, float scale, @Nullable FloatTensor dLogits) {
        double[] z = Doubles.read(logits, "logits");
        double[] gradient = new double[z.length];
        double loss = 0;
        long counted = 0;
        long correct = 0;
        for (int r = 0; r < labels.length; r++) {
            int label = labels[r];
            if (label == ignore) {
                continue;
            }
            int at = r * classes;
            int largest = largest(z, at, classes);
            double sum = sumOfExponentials(z, at, classes, z[at + largest]);
            loss += Math.log(sum) + z[at + largest] - z[at + label];
            counted++;
            correct += largest == label ? 1 : 0;
            for (int j = 0; j < classes; j++) {
                double probability = Math.exp(z[at + j] - z[at + largest]) / sum;
                gradient[at + j] = scale * (j == label ? probability - 1 : probability);
            }
        }
        if (dLogits != null) {
            Doubles.write(gradient, dLogits);
        }
        return new ClassificationLoss(loss, counted, correct);
    }

    void softmax(FloatTensor x, int cols, FloatTensor y) {
        double[] z = Doubles.read(x, "x");
        for (int at = 0; at < z.length; at += cols) {
            double max = z[at + largest(z, at, cols)];
            double sum = sumOfExponentials(z, at, cols, max);
            for (int j = at; j < at + cols; j++) {
                z[j] = Math.exp(z[j] - max) / sum;
            }
        }
        Doubles.write(z, y);
    }

    /** Column of the first of the largest. */
    private static int largest(double[] z, int at, int cols) {
        int largest = 0;
        for (int j = 1; j < cols; j++) {
            if (z[at + j] > z[at + largest]) {
                largest = j;
            }
        }
        return largest;
    }

    /** Σ e^(z − max): never overflows. */
    private static double sumOfExponentials(double[] z, int at, int cols, double max) {
        double sum = 0;
        for (int j = 0; j < cols; j++) {
            sum += Math.exp(z[at + j] - max);
        }
        return sum;
    }

    double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz) {
        double[] logits = Doubles.read(z, "z");
        double[] wanted = Doubles.read(target, "target");
        double[] gradient = new double[logits.length];
        double loss = 0;
        for (int i = 0; i < logits.length; i++) {
            // −t log σ(z) − (1−t) log(1−σ(z)), written so that nothing overflows
            loss += Math.max(logits[i], 0) - logits[i] * wanted[i] + Math.log1p(Math.exp(-Math.abs(logits[i])));
            gradient[i] = scale * (1 / (1 + Math.exp(-logits[i])) - wanted[i]);
        }
        if (dz != null) {
            Doubles.write(gradient, dz);
        }
        return loss;
    }

    double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp) {
        double[] values = Doubles.read(p, "p");
        double[] wanted = Doubles.read(target, "target");
        double loss = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = values[i] - wanted[i];
            loss += difference * difference;
            values[i] = scale * 2 * difference;
        }
        if (dp != null) {
            Doubles.write(values, dp);
        }
        return loss;
    }
}
