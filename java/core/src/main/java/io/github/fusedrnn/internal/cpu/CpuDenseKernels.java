package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.dense.DenseKernels;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.NativeStatus;
import io.github.fusedrnn.internal.natives.OpenBlas;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/** Dense operations of the native library; OpenBLAS computes the products on a CPU without vector kernels. */
final class CpuDenseKernels implements DenseKernels {
    @Override
    public void useThreads(int threads) {
        NativeStatus.check("fr_dense_threads", NativeApi.fr_dense_threads(threads));
    }

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
        if (Products.byDefault(Isa.best()) == Products.OPENBLAS) {
            OpenBlas.open();
        }
        int status = NativeApi.fr_gemm(
                transA ? 1 : 0,
                transB ? 1 : 0,
                m,
                n,
                k,
                alpha,
                TensorAccess.address(a),
                transA ? m : k,
                TensorAccess.address(b),
                transB ? k : n,
                beta,
                TensorAccess.address(c),
                n);
        NativeStatus.check("fr_gemm", status);
    }

    @Override
    public void addBias(FloatTensor y, FloatTensor bias, long rows, long cols) {
        NativeStatus.check(
                "fr_add_bias", NativeApi.fr_add_bias(TensorAccess.address(y), TensorAccess.address(bias), rows, cols));
    }

    @Override
    public void biasGradient(FloatTensor dy, FloatTensor dBias, long rows, long cols) {
        NativeStatus.check(
                "fr_bias_gradient",
                NativeApi.fr_bias_gradient(TensorAccess.address(dy), TensorAccess.address(dBias), rows, cols));
    }

    @Override
    public void gather(FloatTensor table, int[] ids, FloatTensor y, long cols) {
        NativeStatus.check(
                "fr_gather",
                NativeApi.fr_gather(TensorAccess.address(table), ids, ids.length, cols, TensorAccess.address(y)));
    }

    @Override
    public void scatter(FloatTensor x, int[] ids, FloatTensor table, long cols) {
        NativeStatus.check(
                "fr_scatter",
                NativeApi.fr_scatter(TensorAccess.address(x), ids, ids.length, cols, TensorAccess.address(table)));
    }

    @Override
    public void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable, long cols) {
        NativeStatus.check(
                "fr_scatter_add",
                NativeApi.fr_scatter_add(
                        TensorAccess.address(dy), ids, ids.length, cols, TensorAccess.address(dTable)));
    }

    @Override
    public ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, long classes, float scale, @Nullable FloatTensor dLogits) {
        double[] loss = new double[3];
        int status = NativeApi.fr_softmax_cross_entropy(
                TensorAccess.address(logits), labels, ignore, labels.length, classes, scale, address(dLogits), loss);
        NativeStatus.check("fr_softmax_cross_entropy", status);
        return new ClassificationLoss(loss[0], (long) loss[1], (long) loss[2]);
    }

    @Override
    public void softmax(FloatTensor x, long rows, long cols, FloatTensor y) {
        NativeStatus.check(
                "fr_softmax", NativeApi.fr_softmax(TensorAccess.address(x), rows, cols, TensorAccess.address(y)));
    }

    @Override
    public double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz) {
        return NativeApi.fr_sigmoid_cross_entropy(
                TensorAccess.address(z), TensorAccess.address(target), scale, address(dz), z.size());
    }

    @Override
    public double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp) {
        return NativeApi.fr_squared_error(
                TensorAccess.address(p), TensorAccess.address(target), scale, address(dp), p.size());
    }

    @Override
    public void activate(Activation f, FloatTensor x, FloatTensor y) {
        int status = NativeApi.fr_activate(
                f.kind().ordinal(), f.alpha(), f.beta(), TensorAccess.address(x), TensorAccess.address(y), x.size());
        NativeStatus.check("fr_activate", status);
    }

    @Override
    public void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx) {
        int status = NativeApi.fr_activate_backward(
                f.kind().ordinal(),
                f.alpha(),
                f.beta(),
                TensorAccess.address(x),
                TensorAccess.address(y),
                TensorAccess.address(dy),
                TensorAccess.address(dx),
                x.size());
        NativeStatus.check("fr_activate_backward", status);
    }

    @Override
    public void dropout(
            FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer) {
        NativeStatus.check(
                "fr_dropout",
                NativeApi.fr_dropout(
                        TensorAccess.address(x), TensorAccess.address(y), t, n, units, p, seed, call, layer));
    }

    @Override
    public double sum(FloatTensor x) {
        return NativeApi.fr_sum(TensorAccess.address(x), x.size());
    }

    @Override
    public double sumOfSquares(FloatTensor x) {
        return NativeApi.fr_sum_of_squares(TensorAccess.address(x), x.size());
    }

    @Override
    public void scale(FloatTensor x, float factor) {
        NativeStatus.check("fr_scale", NativeApi.fr_scale(TensorAccess.address(x), factor, x.size()));
    }

    @Override
    public void clamp(FloatTensor x, float low, float high) {
        NativeStatus.check("fr_clamp", NativeApi.fr_clamp(TensorAccess.address(x), low, high, x.size()));
    }

    @Override
    public void axpy(float a, FloatTensor x, FloatTensor y) {
        NativeStatus.check("fr_axpy", NativeApi.fr_axpy(a, TensorAccess.address(x), TensorAccess.address(y), y.size()));
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
        int status = NativeApi.fr_sgd(
                TensorAccess.address(w),
                TensorAccess.address(g),
                address(velocity),
                rate,
                momentum,
                weightDecay,
                nesterov ? 1 : 0,
                w.size());
        NativeStatus.check("fr_sgd", status);
    }

    @Override
    public void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step) {
        int status = NativeApi.fr_adam(
                TensorAccess.address(w),
                TensorAccess.address(g),
                TensorAccess.address(m),
                TensorAccess.address(v),
                step.rate(),
                step.beta1(),
                step.beta2(),
                step.epsilon(),
                step.weightDecay(),
                step.decoupled() ? 1 : 0,
                step.step(),
                w.size());
        NativeStatus.check("fr_adam", status);
    }

    private static long address(@Nullable FloatTensor tensor) {
        return tensor == null ? 0 : TensorAccess.address(tensor);
    }
}
