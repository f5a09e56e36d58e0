package io.github.fusedrnn.dense;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * What a backend implements of {@link DenseOps}: the same operations after {@link CheckedDenseOps} has checked the arguments and holds the
 * memory. The mathematics stands at {@link DenseOps}; rows, columns and classes are derived from sizes once, there.
 */
public interface DenseKernels {
    /** See {@link DenseOps#useThreads}; a backend without threads of its own has nothing to do. */
    default void useThreads(int threads) {}

    /** See {@link DenseOps#gemm}. */
    void gemm(
            boolean transA,
            boolean transB,
            long m,
            long n,
            long k,
            float alpha,
            FloatTensor a,
            FloatTensor b,
            float beta,
            FloatTensor c);

    /** See {@link DenseOps#addBias}. */
    void addBias(FloatTensor y, FloatTensor bias, long rows, long cols);

    /** See {@link DenseOps#biasGradient}. */
    void biasGradient(FloatTensor dy, FloatTensor dBias, long rows, long cols);

    /** See {@link DenseOps#gather}. */
    void gather(FloatTensor table, int[] ids, FloatTensor y, long cols);

    /** See {@link DenseOps#scatter}. A backend may do better than one copy for each row. */
    default void scatter(FloatTensor x, int[] ids, FloatTensor table, long cols) {
        for (int r = 0; r < ids.length; r++) {
            TensorAccess.storage(table)
                    .copy(
                            TensorAccess.offset(table) + ids[r] * cols,
                            TensorAccess.storage(x),
                            TensorAccess.offset(x) + r * cols,
                            cols);
        }
    }

    /** See {@link DenseOps#scatterAdd}. */
    void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable, long cols);

    /** See {@link DenseOps#softmaxCrossEntropy}. */
    ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, long classes, float scale, @Nullable FloatTensor dLogits);

    /** See {@link DenseOps#softmax}. */
    void softmax(FloatTensor x, long rows, long cols, FloatTensor y);

    /** See {@link DenseOps#sigmoidCrossEntropy}. */
    double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz);

    /** See {@link DenseOps#squaredError}. */
    double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp);

    /** See {@link DenseOps#activate}. */
    void activate(Activation f, FloatTensor x, FloatTensor y);

    /** See {@link DenseOps#activateBackward}. */
    void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx);

    /** See {@link DenseOps#dropout}. */
    void dropout(FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer);

    /** See {@link DenseOps#sum}. */
    double sum(FloatTensor x);

    /** See {@link DenseOps#sumOfSquares}. */
    double sumOfSquares(FloatTensor x);

    /** See {@link DenseOps#scale}. */
    void scale(FloatTensor x, float factor);

    /** See {@link DenseOps#clamp}. */
    void clamp(FloatTensor x, float low, float high);

    /** See {@link DenseOps#axpy}. */
    void axpy(float a, FloatTensor x, FloatTensor y);

    /** See {@link DenseOps#sgd}. */
    void sgd(
            FloatTensor w,
            FloatTensor g,
            @Nullable FloatTensor velocity,
            float rate,
            float momentum,
            float weightDecay,
            boolean nesterov);

    /** See {@link DenseOps#adam}. */
    void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step);
}
