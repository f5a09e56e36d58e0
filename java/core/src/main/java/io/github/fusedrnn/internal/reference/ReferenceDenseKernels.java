package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.dense.DenseKernels;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.internal.math.DropoutMask;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The dense operations in float64, results rounded once to float32. Thread-safe, holds nothing. */
final class ReferenceDenseKernels implements DenseKernels {
    private final ReferenceUpdates updates = new ReferenceUpdates();
    private final ReferenceLosses losses = new ReferenceLosses();

    @Override
    public void gemm(
            boolean transA,
            boolean transB,
            long m,
            long n,
            long k,
            float alpha,
            FloatTensor a,
            FloatTensor b,
            float beta,
            FloatTensor c) {
        double[] left = Doubles.read(a, "a");
        double[] right = Doubles.read(b, "b");
        // beta = 0 means that c is not read: it may hold anything
        double[] result = beta == 0 ? Doubles.zeros(c.size(), "c") : Doubles.read(c, "c");
        int width = (int) n;
        double[] row = new double[width];
        for (int i = 0; i < m; i++) {
            Arrays.fill(row, 0);
            for (int p = 0; p < k; p++) {
                double l = transA ? left[(int) (p * m + i)] : left[(int) (i * k + p)];
                for (int j = 0; j < width; j++) {
                    row[j] += l * (transB ? right[(int) (j * k + p)] : right[p * width + j]);
                }
            }
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                result[at] = alpha * row[j] + (beta == 0 ? 0 : beta * result[at]);
            }
        }
        Doubles.write(result, c);
    }

    @Override
    public void addBias(FloatTensor y, FloatTensor bias, long rows, long cols) {
        double[] sum = Doubles.read(y, "y");
        double[] added = Doubles.read(bias, "bias");
        for (int i = 0; i < sum.length; i++) {
            sum[i] += added[i % added.length];
        }
        Doubles.write(sum, y);
    }

    @Override
    public void biasGradient(FloatTensor dy, FloatTensor dBias, long rows, long cols) {
        double[] gradient = Doubles.read(dy, "dy");
        double[] sum = Doubles.read(dBias, "dBias");
        for (int i = 0; i < gradient.length; i++) {
            sum[i % sum.length] += gradient[i];
        }
        Doubles.write(sum, dBias);
    }

    @Override
    public void gather(FloatTensor table, int[] ids, FloatTensor y, long cols) {
        for (int r = 0; r < ids.length; r++) {
            TensorAccess.storage(y)
                    .copy(
                            TensorAccess.offset(y) + r * cols,
                            TensorAccess.storage(table),
                            TensorAccess.offset(table) + ids[r] * cols,
                            cols);
        }
    }

    @Override
    public void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable, long cols) {
        double[] rows = Doubles.read(dy, "dy");
        double[] sum = Doubles.read(dTable, "dTable");
        for (int r = 0; r < ids.length; r++) {
            Dense.add(rows, (int) (r * cols), sum, (int) (ids[r] * cols), (int) cols);
        }
        Doubles.write(sum, dTable);
    }

    @Override
    public void activate(Activation f, FloatTensor x, FloatTensor y) {
        double[] values = Doubles.read(x, "x");
        for (int i = 0; i < values.length; i++) {
            values[i] = Activations.value(f, values[i]);
        }
        Doubles.write(values, y);
    }

    @Override
    public void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx) {
        double[] before = Doubles.read(x, "x");
        double[] after = Doubles.read(y, "y");
        double[] gradient = Doubles.read(dy, "dy");
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] *= Activations.derivative(f, before[i], after[i]);
        }
        Doubles.write(gradient, dx);
    }

    @Override
    public void dropout(
            FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer) {
        DropoutMask mask = new DropoutMask(p, seed, call);
        double[] values = Doubles.read(x, "x");
        double[] row = new double[(int) units];
        for (int time = 0; time < t; time++) {
            for (int r = 0; r < n; r++) {
                int at = (int) ((time * n + r) * units);
                System.arraycopy(values, at, row, 0, row.length);
                mask.apply(layer, time, r, row, row);
                System.arraycopy(row, 0, values, at, row.length);
            }
        }
        Doubles.write(values, y);
    }

    @Override
    public ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, long classes, float scale, @Nullable FloatTensor dLogits) {
        return losses.softmaxCrossEntropy(logits, labels, ignore, (int) classes, scale, dLogits);
    }

    @Override
    public void softmax(FloatTensor x, long rows, long cols, FloatTensor y) {
        losses.softmax(x, (int) cols, y);
    }

    @Override
    public double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz) {
        return losses.sigmoidCrossEntropy(z, target, scale, dz);
    }

    @Override
    public double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp) {
        return losses.squaredError(p, target, scale, dp);
    }

    @Override
    public double sum(FloatTensor x) {
        double sum = 0;
        for (double value : Doubles.read(x, "x")) {
            sum += value;
        }
        return sum;
    }

    @Override
    public double sumOfSquares(FloatTensor x) {
        double sum = 0;
        for (double value : Doubles.read(x, "x")) {
            sum += value * value;
        }
        return sum;
    }

    @Override
    public void scale(FloatTensor x, float factor) {
        updates.scale(x, factor);
    }

    @Override
    public void clamp(FloatTensor x, float low, float high) {
        updates.clamp(x, low, high);
    }

    @Override
    public void axpy(float a, FloatTensor x, FloatTensor y) {
        updates.axpy(a, x, y);
    }

    @Override
    public void sgd(
            FloatTensor w,
            FloatTensor g,
            @Nullable FloatTensor velocity,
            float rate,
            float momentum,
            float weightDecay,
            boolean nesterov) {
        updates.sgd(w, g, velocity, rate, momentum, weightDecay, nesterov);
    }

    @Override
    public void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step) {
        updates.adam(w, g, m, v, step);
    }
}
