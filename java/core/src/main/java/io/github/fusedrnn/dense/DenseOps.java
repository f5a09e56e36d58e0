package io.github.fusedrnn.dense;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * The handful of dense operations that training around a recurrent layer needs, on one backend's memory. Matrices are the tensors'
 * elements in row-major order with the sizes given here; every method checks sizes, liveness and leases of what it writes. Thread-safe as
 * far as the tensors are not shared. Sums run in a fixed order: the same call gives the same bits.
 */
public interface DenseOps {
    /**
     * Grants each of these operations that many threads from now on, the caller's among them, in the whole process. Until this is called they
     * have as many as system property {@code fusedrnn.threads} says, else 1. Large products, softmax cross-entropy and updates use them: a head
     * of 10,000 classes takes about half the time on two. {@code Backends.dense(kind).useThreads(2)} switches them on. They change no
     * bit of a result, are started when a call is first worth them and parked when idle; calls at the same time have as many each. Backends
     * other than {@code cpu} have no threads to grant and ignore it.
     *
     * @param threads 1 to 1024
     */
    void useThreads(int threads);

    /** c[m, n] = alpha op(a) op(b) + beta c, with op(a) [m, k] and op(b) [k, n]; {@code transA}: a is stored [k, m]; likewise b [n, k]. */
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

    /** y[r, :] += bias, y [rows, cols], bias [cols]. */
    void addBias(FloatTensor y, FloatTensor bias);

    /** dBias += sum over rows of dy [rows, cols], rows ascending. */
    void biasGradient(FloatTensor dy, FloatTensor dBias);

    /**
     * y[r, :] = table[ids[r], :], table [V, D], y [rows, D].
     *
     * @throws IllegalArgumentException if an id is not in [0, V)
     */
    void gather(FloatTensor table, int[] ids, FloatTensor y);

    /**
     * table[ids[r], :] = x[r, :], in row order, table [V, D], x [rows, D]; the other rows stay. Like {@link #gather} it allocates nothing on
     * the Java heap of its own accord: streams move their states with the two at every step.
     *
     * @throws IllegalArgumentException if an id is not in [0, V)
     */
    void scatter(FloatTensor x, int[] ids, FloatTensor table);

    /** dTable[ids[r], :] += dy[r, :], in row order. */
    void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable);

    /**
     * Softmax cross-entropy of logits [rows, classes], summed over rows whose label is not {@code ignore}: loss = Σ −log softmax(z)[label].
     *
     * @param dLogits overwritten with {@code scale} times the gradient, zero in ignored rows; may be {@code logits}; null = not wanted
     * @throws IllegalArgumentException if a label is neither {@code ignore} nor in [0, classes)
     */
    ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, float scale, @Nullable FloatTensor dLogits);

    /** y = softmax of each row of x; {@code cols} columns; y may be x. */
    void softmax(FloatTensor x, long cols, FloatTensor y);

    /** Σ max(z, 0) − z t + log(1 + e^−|z|); dz = scale (σ(z) − t), overwritten, null = not wanted; may be z. */
    double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz);

    /** Σ (p − t)²; dp = scale · 2 (p − t), overwritten, null = not wanted; may be p. */
    double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp);

    /** y = f(x); y may be x for functions whose derivative needs y alone (sigmoid, tanh, relu, identity). */
    void activate(Activation f, FloatTensor x, FloatTensor y);

    /** dx = dy ∘ f'(x), given x and y = f(x); dx may be dy. */
    void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx);

    /**
     * y = x ∘ mask / (1 − p) over [t, n, units], with the Philox mask of (seed, call, layer, t, n, unit); its own backward with dy for x. y
     * may be x.
     */
    void dropout(FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer);

    /** Σ x. */
    double sum(FloatTensor x);

    /** Σ x². */
    double sumOfSquares(FloatTensor x);

    /** x *= factor. */
    void scale(FloatTensor x, float factor);

    /** x = min(max(x, low), high); NaN stays. */
    void clamp(FloatTensor x, float low, float high);

    /** y += a x. */
    void axpy(float a, FloatTensor x, FloatTensor y);

    /**
     * g' = g + weightDecay w; v = momentum v + g'; w −= rate (nesterov ? g' + momentum v : v).
     *
     * @param velocity null when momentum is 0
     */
    void sgd(
            FloatTensor w,
            FloatTensor g,
            @Nullable FloatTensor velocity,
            float rate,
            float momentum,
            float weightDecay,
            boolean nesterov);

    /** Kingma &amp; Ba 2015, algorithm 1; {@code step} counts from 1; weight decay goes into g, or, decoupled (AdamW), into the update. */
    void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step);

    /**
     * The numbers of one Adam update.
     *
     * @param rate learning rate
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay 0 = none
     * @param decoupled AdamW's form of weight decay
     * @param step number of this update, from 1
     */
    record AdamStep(
            float rate, float beta1, float beta2, float epsilon, float weightDecay, boolean decoupled, long step) {}

    /**
     * What a classification loss measured.
     *
     * @param loss sum over the counted rows, in nats
     * @param counted rows whose label is not the ignored one
     * @param correct rows whose largest logit is the label's
     */
    record ClassificationLoss(double loss, long counted, long correct) {}
}
