package io.github.fusedrnn.cudnn.internal.dense;

import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.CudaStream;
import io.github.fusedrnn.cudnn.internal.device.FloatSpan;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.KernelCall;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.dense.DenseKernels;
import io.github.fusedrnn.dense.DenseOps.AdamStep;
import io.github.fusedrnn.dense.DenseOps.ClassificationLoss;
import io.github.fusedrnn.internal.math.DropoutMask;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.global.cublas;
import org.jspecify.annotations.Nullable;

/**
 * Dense operations on one device: products by cuBLAS, everything else by our own kernels, all on the device's stream. Operations that return a
 * number wait for it; no other waits, and no tensor leaves the device. Thread-safe: calls are enqueued one at a time.
 */
public final class CudaDenseKernels implements DenseKernels {
    private final CudaDevice device;
    private final CudaStream stream;
    private final Map<String, KernelCall> calls = new HashMap<>(); // guarded by the stream's lock, like all below
    private final HostBlock factors = new HostBlock(2 * Float.BYTES);
    private final FloatSpan alphaOfProduct = new FloatSpan(factors.address());
    private final FloatSpan betaOfProduct = new FloatSpan(factors.address() + Float.BYTES);
    private final FloatSpan[] operands = {new FloatSpan(), new FloatSpan(), new FloatSpan()};
    private final Scratch ints;
    private final Scratch doubles;
    private @Nullable DropoutKernel dropout;

    /** On a device's own stream. */
    public CudaDenseKernels(CudaDevice device) {
        this.device = device;
        this.stream = device.stream();
        this.ints = new Scratch(device, "indices of rows");
        this.doubles = new Scratch(device, "partial sums");
    }

    private void locked(Runnable work) {
        stream.lock().lock();
        try {
            device.activate();
            work.run();
        } finally {
            stream.lock().unlock();
        }
    }

    private KernelCall kernel(String name, int parameters) {
        KernelCall call = calls.get(name);
        if (call == null) {
            call = device.kernels().call(name, parameters);
            calls.put(name, call);
        }
        return call.start();
    }

    /** Copies integers to the device; the next call may overwrite them, because the stream runs in order. */
    private long put(int[] values) {
        long at = ints.atLeast((long) values.length * Integer.BYTES);
        device.staging().write(at, values, 0, values.length);
        return at;
    }

    /** Uninitialized memory for {@code count} float64 numbers; its address is stable once it is large enough. */
    private long doubles(long count) {
        return doubles.atLeast(count * Double.BYTES);
    }

    private void elementwise(KernelCall call, long n) {
        call.run(stream, Grid.elementwise(n), Grid.THREADS);
    }

    /** Row-major C is the column-major transpose of C, so cuBLAS computes Cᵀ = op(B)ᵀ op(A)ᵀ from the same memory. */
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
        int rows = size("m", m);
        int cols = size("n", n);
        int inner = size("k", k);
        locked(() -> {
            factors.bytes().putFloat(0, alpha).putFloat(Float.BYTES, beta);
            int status = cublas.cublasSgemm_v2(
                    stream.cublas(),
                    transB ? CUBLAS_OP_T : CUBLAS_OP_N,
                    transA ? CUBLAS_OP_T : CUBLAS_OP_N,
                    cols,
                    rows,
                    inner,
                    alphaOfProduct,
                    operands[0].to(TensorAccess.address(b)),
                    transB ? inner : cols,
                    operands[1].to(TensorAccess.address(a)),
                    transA ? rows : inner,
                    betaOfProduct,
                    operands[2].to(TensorAccess.address(c)),
                    cols);
            CudaStatus.check(status, "cublasSgemm_v2");
        });
    }

    private static int size(String name, long value) {
        if (value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: at most 2^31 - 1, cuBLAS's limit)");
        }
        return (int) value;
    }

    @Override
    public void addBias(FloatTensor y, FloatTensor bias, long rows, long cols) {
        locked(() -> elementwise(
                kernel("fr_cuda_add_bias", 4)
                        .with(TensorAccess.address(y))
                        .with(TensorAccess.address(bias))
                        .with(rows)
                        .with(cols),
                y.size()));
    }

    @Override
    public void biasGradient(FloatTensor dy, FloatTensor dBias, long rows, long cols) {
        locked(() -> kernel("fr_cuda_bias_gradient", 4)
                .with(TensorAccess.address(dy))
                .with(TensorAccess.address(dBias))
                .with(rows)
                .with(cols)
                .run(stream, (cols + 31) / 32, Grid.THREADS));
    }

    @Override
    public void gather(FloatTensor table, int[] ids, FloatTensor y, long cols) {
        rowsByIndex("fr_cuda_gather", TensorAccess.address(table), ids, cols, TensorAccess.address(y));
    }

    @Override
    public void scatter(FloatTensor x, int[] ids, FloatTensor table, long cols) {
        rowsByIndex("fr_cuda_scatter", TensorAccess.address(x), ids, cols, TensorAccess.address(table));
    }

    /** A pool of streams calls this for each batch: no lambda, because one that captures its arguments would be garbage. */
    private void rowsByIndex(String name, long from, int[] ids, long cols, long to) {
        stream.lock().lock();
        try {
            device.activate();
            kernel(name, 5)
                    .with(from)
                    .with(put(ids))
                    .with((long) ids.length)
                    .with(cols)
                    .with(to)
                    .run(stream, Grid.rows(ids.length), Grid.THREADS);
        } finally {
            stream.lock().unlock();
        }
    }

    @Override
    public void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable, long cols) {
        RowsById rows = RowsById.of(ids);
        locked(() -> {
            long at = put(rows.packed());
            kernel("fr_cuda_scatter_add", 7)
                    .with(TensorAccess.address(dy))
                    .with(at)
                    .with(at + (long) rows.startsAt() * Integer.BYTES)
                    .with(at + (long) rows.orderAt() * Integer.BYTES)
                    .with((long) rows.distinct())
                    .with(cols)
                    .with(TensorAccess.address(dTable))
                    .run(stream, Grid.rows(rows.distinct()), Grid.THREADS);
        });
    }

    @Override
    public ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, long classes, float scale, @Nullable FloatTensor dLogits) {
        int rows = labels.length;
        double[] sums = new double[2];
        locked(() -> {
            long results = doubles(2L * rows + 2);
            long losses = results + 2 * Double.BYTES;
            long right = losses + (long) rows * Double.BYTES;
            kernel("fr_cuda_softmax_cross_entropy", 9)
                    .with(TensorAccess.address(logits))
                    .with(put(labels))
                    .with(ignore)
                    .with((long) rows)
                    .with(classes)
                    .with(scale)
                    .with(address(dLogits))
                    .with(losses)
                    .with(right)
                    .run(stream, Grid.rows(rows), Grid.THREADS);
            finish(losses, rows, results);
            finish(right, rows, results + Double.BYTES);
            device.staging().read(results, sums);
        });
        long counted = 0;
        for (int label : labels) {
            counted += label == ignore ? 0 : 1;
        }
        return new ClassificationLoss(sums[0], counted, (long) sums[1]);
    }

    @Override
    public void softmax(FloatTensor x, long rows, long cols, FloatTensor y) {
        locked(() -> kernel("fr_cuda_softmax", 4)
                .with(TensorAccess.address(x))
                .with(rows)
                .with(cols)
                .with(TensorAccess.address(y))
                .run(stream, Grid.rows(rows), Grid.THREADS));
    }

    @Override
    public double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz) {
        return loss("fr_cuda_sigmoid_cross_entropy", z, target, scale, dz);
    }

    @Override
    public double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp) {
        return loss("fr_cuda_squared_error", p, target, scale, dp);
    }

    private double loss(String name, FloatTensor x, FloatTensor target, float scale, @Nullable FloatTensor dx) {
        double[] sum = new double[1];
        locked(() -> {
            long partial = partials(x.size());
            kernel(name, 6)
                    .with(TensorAccess.address(x))
                    .with(TensorAccess.address(target))
                    .with(scale)
                    .with(address(dx))
                    .with(x.size())
                    .with(partial)
                    .run(stream, Grid.parts(x.size()), Grid.THREADS);
            finish(x.size(), sum);
        });
        return sum[0];
    }

    @Override
    public double sum(FloatTensor x) {
        return sum("fr_cuda_sum", x);
    }

    @Override
    public double sumOfSquares(FloatTensor x) {
        return sum("fr_cuda_sum_of_squares", x);
    }

    private double sum(String name, FloatTensor x) {
        double[] sum = new double[1];
        locked(() -> {
            long partial = partials(x.size());
            kernel(name, 3)
                    .with(TensorAccess.address(x))
                    .with(x.size())
                    .with(partial)
                    .run(stream, Grid.parts(x.size()), Grid.THREADS);
            finish(x.size(), sum);
        });
        return sum[0];
    }

    /** Memory for the result, followed by the partial sums of {@code n} elements; returns the address of the latter. */
    private long partials(long n) {
        return doubles(1 + Grid.parts(n)) + Double.BYTES;
    }

    /** Adds up the partial sums and waits for the result. */
    private void finish(long n, double[] sum) {
        long result = doubles(1);
        finish(result + Double.BYTES, Grid.parts(n), result);
        device.staging().read(result, sum);
    }

    private void finish(long values, long n, long to) {
        kernel("fr_cuda_finish_sum", 3).with(values).with(n).with(to).run(stream, 1, Grid.THREADS);
    }

    @Override
    public void activate(Activation f, FloatTensor x, FloatTensor y) {
        locked(() -> elementwise(
                function("fr_cuda_activate", 6, f)
                        .with(TensorAccess.address(x))
                        .with(TensorAccess.address(y))
                        .with(x.size()),
                x.size()));
    }

    @Override
    public void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx) {
        locked(() -> elementwise(
                function("fr_cuda_activate_backward", 8, f)
                        .with(TensorAccess.address(x))
                        .with(TensorAccess.address(y))
                        .with(TensorAccess.address(dy))
                        .with(TensorAccess.address(dx))
                        .with(x.size()),
                x.size()));
    }

    private KernelCall function(String name, int parameters, Activation f) {
        return kernel(name, parameters).with(f.kind().ordinal()).with(f.alpha()).with(f.beta());
    }

    @Override
    public void dropout(
            FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer) {
        locked(() -> {
            DropoutKernel kernel = dropout;
            if (kernel == null) {
                kernel = new DropoutKernel(device.kernels());
                dropout = kernel;
            }
            DropoutMask mask = new DropoutMask(p, seed, call);
            kernel.run(
                    stream,
                    TensorAccess.address(x),
                    TensorAccess.address(y),
                    t,
                    n,
                    units,
                    n * units,
                    units,
                    mask,
                    layer);
        });
    }

    @Override
    public void scale(FloatTensor x, float factor) {
        locked(() -> elementwise(
                kernel("fr_cuda_scale", 3)
                        .with(TensorAccess.address(x))
                        .with(factor)
                        .with(x.size()),
                x.size()));
    }

    @Override
    public void clamp(FloatTensor x, float low, float high) {
        locked(() -> elementwise(
                kernel("fr_cuda_clamp", 4)
                        .with(TensorAccess.address(x))
                        .with(low)
                        .with(high)
                        .with(x.size()),
                x.size()));
    }

    @Override
    public void axpy(float a, FloatTensor x, FloatTensor y) {
        locked(() -> elementwise(
                kernel("fr_cuda_axpy", 4)
                        .with(a)
                        .with(TensorAccess.address(x))
                        .with(TensorAccess.address(y))
                        .with(y.size()),
                y.size()));
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
        locked(() -> elementwise(
                kernel("fr_cuda_sgd", 8)
                        .with(TensorAccess.address(w))
                        .with(TensorAccess.address(g))
                        .with(address(velocity))
                        .with(rate)
                        .with(momentum)
                        .with(weightDecay)
                        .with(nesterov ? 1 : 0)
                        .with(w.size()),
                w.size()));
    }

    /** Differences that cancel are computed here in float64: at beta2 = 0.999 and step 1, 1 − beta2^step in float32 would keep four digits. */
    @Override
    public void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step) {
        double beta1 = step.beta1();
        double beta2 = step.beta2();
        double count = (double) step.step();
        locked(() -> elementwise(
                kernel("fr_cuda_adam", 15)
                        .with(TensorAccess.address(w))
                        .with(TensorAccess.address(g))
                        .with(TensorAccess.address(m))
                        .with(TensorAccess.address(v))
                        .with(step.rate())
                        .with(step.beta1())
                        .with((float) (1 - beta1))
                        .with((float) (1 / (1 - Math.pow(beta1, count))))
                        .with(step.beta2())
                        .with((float) (1 - beta2))
                        .with((float) (1 / (1 - Math.pow(beta2, count))))
                        .with(step.epsilon())
                        .with(step.weightDecay())
                        .with(step.decoupled() ? 1 : 0)
                        .with(w.size()),
                w.size()));
    }

    private static long address(@Nullable FloatTensor tensor) {
        return tensor == null ? 0 : TensorAccess.address(tensor);
    }
}
