package io.github.fusedrnn.dense;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.ThreadSetting;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.Allocator;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import org.jspecify.annotations.Nullable;

/**
 * The checks that every backend's dense operations share: sizes, ids and labels, memory, leases. What gets past them is held in use while the
 * backend's {@link DenseKernels} run.
 */
public final class CheckedDenseOps implements DenseOps {
    private final String place;
    private final BackendKind kind;
    private final int device;
    private final DenseKernels kernels;

    /** Dense operations on a backend's memory. */
    public CheckedDenseOps(Allocator backend, DenseKernels kernels) {
        this.place = backend.place();
        this.kind = backend.kind();
        this.device = backend.device();
        this.kernels = kernels;
    }

    @Override
    public void useThreads(int threads) {
        Checks.range("threads", threads, ThreadSetting.MOST);
        kernels.useThreads(threads);
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
        size("a", a, Math.multiplyExact(m, k), "m * k = " + m + " * " + k);
        size("b", b, Math.multiplyExact(k, n), "k * n = " + k + " * " + n);
        size("c", c, Math.multiplyExact(m, n), "m * n = " + m + " * " + n);
        Checks.apart(c.overlaps(a), "c", "a");
        Checks.apart(c.overlaps(b), "c", "b");
        try (Hold hold = new Hold().write("c", c).read("a", a).read("b", b)) {
            kernels.gemm(transA, transB, m, n, k, alpha, a, b, beta, c);
        }
    }

    @Override
    public void addBias(FloatTensor y, FloatTensor bias) {
        long rows = rows("y", y, bias.size(), "bias");
        Checks.apart(bias.overlaps(y), "bias", "y");
        try (Hold hold = new Hold().write("y", y).read("bias", bias)) {
            kernels.addBias(y, bias, rows, bias.size());
        }
    }

    @Override
    public void biasGradient(FloatTensor dy, FloatTensor dBias) {
        long rows = rows("dy", dy, dBias.size(), "dBias");
        Checks.apart(dBias.overlaps(dy), "dBias", "dy");
        try (Hold hold = new Hold().write("dBias", dBias).read("dy", dy)) {
            kernels.biasGradient(dy, dBias, rows, dBias.size());
        }
    }

    @Override
    public void gather(FloatTensor table, int[] ids, FloatTensor y) {
        long cols = tableColumns("table", table);
        ids(ids, table.dim(0));
        rowsOfIds("y", y, ids, cols);
        Checks.apart(y.overlaps(table), "y", "table");
        TensorStorage to = held("y", y);
        try {
            to.checkWritable("y");
            TensorStorage from = held("table", table);
            try {
                kernels.gather(table, ids, y, cols);
            } finally {
                from.release();
            }
        } finally {
            to.release();
        }
    }

    @Override
    public void scatter(FloatTensor x, int[] ids, FloatTensor table) {
        long cols = tableColumns("table", table);
        ids(ids, table.dim(0));
        rowsOfIds("x", x, ids, cols);
        Checks.apart(table.overlaps(x), "table", "x");
        TensorStorage to = held("table", table);
        try {
            to.checkWritable("table");
            TensorStorage from = held("x", x);
            try {
                kernels.scatter(x, ids, table, cols);
            } finally {
                from.release();
            }
        } finally {
            to.release();
        }
    }

    @Override
    public void scatterAdd(FloatTensor dy, int[] ids, FloatTensor dTable) {
        long cols = tableColumns("dTable", dTable);
        ids(ids, dTable.dim(0));
        rowsOfIds("dy", dy, ids, cols);
        Checks.apart(dTable.overlaps(dy), "dTable", "dy");
        try (Hold hold = new Hold().write("dTable", dTable).read("dy", dy)) {
            kernels.scatterAdd(dy, ids, dTable, cols);
        }
    }

    @Override
    public ClassificationLoss softmaxCrossEntropy(
            FloatTensor logits, int[] labels, int ignore, float scale, @Nullable FloatTensor dLogits) {
        Checks.argument(labels.length >= 1, "labels", "none", "one for each row of logits");
        Checks.argument(
                logits.size() % labels.length == 0, "labels", labels.length, "one for each row of logits, " + logits);
        long classes = logits.size() / labels.length;
        for (int r = 0; r < labels.length; r++) {
            if (labels[r] != ignore && (labels[r] < 0 || labels[r] >= classes)) {
                throw Checks.wrong(
                        "labels[" + r + "]",
                        labels[r],
                        "0 <= label < classes = " + classes + ", or " + ignore + " to ignore the row");
            }
        }
        same("dLogits", dLogits, logits);
        try (Hold hold = new Hold().read("logits", logits).write("dLogits", dLogits)) {
            return kernels.softmaxCrossEntropy(logits, labels, ignore, classes, scale, dLogits);
        }
    }

    @Override
    public void softmax(FloatTensor x, long cols, FloatTensor y) {
        Checks.argument(cols >= 1 && x.size() % cols == 0, "cols", cols, "a divisor of x's " + x.size() + " elements");
        same("y", y, x);
        try (Hold hold = new Hold().read("x", x).write("y", y)) {
            kernels.softmax(x, x.size() / cols, cols, y);
        }
    }

    @Override
    public double sigmoidCrossEntropy(FloatTensor z, FloatTensor target, float scale, @Nullable FloatTensor dz) {
        same("target", target, z);
        same("dz", dz, z);
        try (Hold hold = new Hold().read("z", z).read("target", target).write("dz", dz)) {
            return kernels.sigmoidCrossEntropy(z, target, scale, dz);
        }
    }

    @Override
    public double squaredError(FloatTensor p, FloatTensor target, float scale, @Nullable FloatTensor dp) {
        same("target", target, p);
        same("dp", dp, p);
        try (Hold hold = new Hold().read("p", p).read("target", target).write("dp", dp)) {
            return kernels.squaredError(p, target, scale, dp);
        }
    }

    @Override
    public void activate(Activation f, FloatTensor x, FloatTensor y) {
        same("y", y, x);
        try (Hold hold = new Hold().read("x", x).write("y", y)) {
            kernels.activate(f, x, y);
        }
    }

    @Override
    public void activateBackward(Activation f, FloatTensor x, FloatTensor y, FloatTensor dy, FloatTensor dx) {
        same("y", y, x);
        same("dy", dy, x);
        same("dx", dx, x);
        try (Hold hold = new Hold().read("x", x).read("y", y).read("dy", dy).write("dx", dx)) {
            kernels.activateBackward(f, x, y, dy, dx);
        }
    }

    @Override
    public void dropout(
            FloatTensor x, FloatTensor y, long t, long n, long units, float p, long seed, long call, int layer) {
        Checks.argument(p >= 0 && p < 1, "p", p, "0 <= p < 1");
        size(
                "x",
                x,
                Math.multiplyExact(Math.multiplyExact(t, n), units),
                "t * n * units = " + t + " * " + n + " * " + units);
        same("y", y, x);
        try (Hold hold = new Hold().read("x", x).write("y", y)) {
            kernels.dropout(x, y, t, n, units, p, seed, call, layer);
        }
    }

    @Override
    public double sum(FloatTensor x) {
        try (Hold hold = new Hold().read("x", x)) {
            return kernels.sum(x);
        }
    }

    @Override
    public double sumOfSquares(FloatTensor x) {
        try (Hold hold = new Hold().read("x", x)) {
            return kernels.sumOfSquares(x);
        }
    }

    @Override
    public void scale(FloatTensor x, float factor) {
        try (Hold hold = new Hold().write("x", x)) {
            kernels.scale(x, factor);
        }
    }

    @Override
    public void clamp(FloatTensor x, float low, float high) {
        Checks.argument(low <= high, "low", low, "at most high = " + high);
        try (Hold hold = new Hold().write("x", x)) {
            kernels.clamp(x, low, high);
        }
    }

    @Override
    public void axpy(float a, FloatTensor x, FloatTensor y) {
        same("x", x, y);
        try (Hold hold = new Hold().read("x", x).write("y", y)) {
            kernels.axpy(a, x, y);
        }
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
        same("g", g, w);
        same("velocity", velocity, w);
        Checks.argument(
                velocity != null || momentum == 0, "velocity", "null", "a tensor, because momentum = " + momentum);
        try (Hold hold = new Hold().read("g", g).write("w", w).write("velocity", velocity)) {
            kernels.sgd(w, g, velocity, rate, momentum, weightDecay, nesterov);
        }
    }

    @Override
    public void adam(FloatTensor w, FloatTensor g, FloatTensor m, FloatTensor v, AdamStep step) {
        same("g", g, w);
        same("m", m, w);
        same("v", v, w);
        Checks.argument(step.step() >= 1, "step", step.step(), "an integer >= 1");
        try (Hold hold = new Hold().read("g", g).write("w", w).write("m", m).write("v", v)) {
            kernels.adam(w, g, m, v, step);
        }
    }

    private static long rows(String name, FloatTensor tensor, long cols, String colsName) {
        Checks.argument(tensor.size() % cols == 0, name, tensor, "rows of " + cols + " elements, as " + colsName);
        return tensor.size() / cols;
    }

    private static long tableColumns(String name, FloatTensor table) {
        Checks.argument(table.rank() == 2, name, table, "two dimensions, [rows, columns]");
        return table.dim(1);
    }

    private static void ids(int[] ids, long rows) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= rows) {
                throw Checks.wrong("ids[" + i + "]", ids[i], "0 <= id < " + rows + ", the rows of the table");
            }
        }
    }

    private static void rowsOfIds(String name, FloatTensor rows, int[] ids, long cols) {
        if (rows.size() != ids.length * cols) {
            throw Checks.wrong(
                    name, rows, ids.length * cols + " elements, ids * columns = " + ids.length + " * " + cols);
        }
    }

    private static void size(String name, FloatTensor tensor, long size, String expected) {
        Checks.argument(tensor.size() == size, name, tensor, size + " elements, " + expected);
    }

    private static void same(String name, @Nullable FloatTensor tensor, FloatTensor as) {
        if (tensor != null) {
            Checks.argument(tensor.size() == as.size(), name, tensor, as.size() + " elements, as " + as);
            boolean itself = TensorAccess.storage(tensor) == TensorAccess.storage(as)
                    && TensorAccess.offset(tensor) == TensorAccess.offset(as);
            Checks.argument(
                    itself || !tensor.overlaps(as), name, "overlaps in part", "the same memory or memory apart");
        }
    }

    /** One use of a tensor's memory, which the caller releases; refused as {@link Hold} does. Nothing is allocated while all is well. */
    private TensorStorage held(String name, FloatTensor tensor) {
        TensorStorage storage = TensorAccess.storage(tensor);
        if (!acquired(storage)) {
            throw refused(name, storage);
        }
        return storage;
    }

    private boolean acquired(TensorStorage storage) {
        return storage.usableBy(kind) && storage.device() == device && storage.tryAcquire();
    }

    private RuntimeException refused(String name, TensorStorage storage) {
        return storage.isClosed()
                ? new IllegalStateException(name + ": " + storage.label() + " is closed")
                : Checks.wrong(name, "memory of " + storage.place(), "memory of " + place);
    }

    /** Uses of the tensors of one call. */
    private final class Hold implements AutoCloseable {
        private static final int MAX = 4;

        private final TensorStorage[] held = new TensorStorage[MAX];
        private int count;

        Hold read(String name, FloatTensor tensor) {
            hold(name, TensorAccess.storage(tensor));
            return this;
        }

        Hold write(String name, @Nullable FloatTensor tensor) {
            if (tensor != null) {
                hold(name, TensorAccess.storage(tensor));
                try {
                    TensorAccess.storage(tensor).checkWritable(name);
                } catch (IllegalStateException e) {
                    close();
                    throw e;
                }
            }
            return this;
        }

        private void hold(String name, TensorStorage storage) {
            if (!acquired(storage)) {
                close();
                throw refused(name, storage);
            }
            held[count++] = storage;
        }

        @Override
        public void close() {
            while (count > 0) {
                held[--count].release();
            }
        }
    }
}
