package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.Allocator;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Checks the arguments of a layer's calls and holds their memory in use meanwhile. One per layer, immutable, free to share. */
public final class CallArguments {
    private final RecurrentConfig config;
    private final String place;
    private final BackendKind kind;
    private final int device;

    /** Checks for layers of {@code config} whose memory is {@code backend}'s. */
    public CallArguments(RecurrentConfig config, Allocator backend) {
        this.config = config;
        this.place = backend.place();
        this.kind = backend.kind();
        this.device = backend.device();
    }

    /** T of a sequence tensor. */
    public int steps(FloatTensor x) {
        return size("T", x.dim(config.batchMajor() ? 1 : 0));
    }

    /** N of a sequence tensor. */
    public int rows(FloatTensor x) {
        return size("N", x.dim(config.batchMajor() ? 0 : 1));
    }

    private static int size(String letter, long value) {
        if (value > Integer.MAX_VALUE) {
            throw Checks.wrong(letter, Long.toString(value), "at most 2^31 - 1");
        }
        return (int) value;
    }

    /** Refuses wrong arguments of a call on whole sequences. */
    public void check(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        input(x);
        int t = steps(x);
        int n = rows(x);
        lengths(lengths, t, n);
        sequence("y", Checks.notNull("y", y), t, n, config.outputSize());
        states(x, in, y, out, n);
    }

    /** As {@link #check} for one time step without its dimension: x {@code [N, C]}, y {@code [N, H or P]}. */
    public void checkStep(FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        Checks.notNull("x", x);
        if (x.rank() != 2 || x.dim(1) != config.inputSize()) {
            throw Checks.wrong(
                    "x",
                    Arrays.toString(x.dims()),
                    "[N, " + config.inputSize() + "], C = " + config.inputSize() + " from the cell");
        }
        usable("x", TensorAccess.storage(x));
        int n = size("N", x.dim(0));
        Checks.notNull("y", y);
        if (y.rank() != 2 || y.dim(0) != n || y.dim(1) != config.outputSize()) {
            throw Checks.wrong(
                    "y", Arrays.toString(y.dims()), "[" + n + ", " + config.outputSize() + "] = [N, outputSize]");
        }
        usable("y", TensorAccess.storage(y));
        states(x, in, y, out, n);
    }

    private void states(
            FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out, int n) {
        state("stateIn", in, n);
        state("stateOut", out, n);
        Checks.apart(y.overlaps(x), "y", "x");
        if (in != null) {
            Checks.apart(in.overlaps(y), "y", "stateIn");
        }
        if (out != null) {
            Checks.apart(out.overlaps(y), "y", "stateOut");
            Checks.apart(out.overlaps(x), "stateOut", "x");
        }
        TensorAccess.storage(y).checkWritable("y");
        if (out != null) {
            TensorAccess.storage(out).checkWritable("stateOut");
        }
    }

    /** Refuses what is no input of the layer. */
    public void input(FloatTensor x) {
        Checks.notNull("x", x);
        if (x.rank() != 3 || x.dim(2) != config.inputSize()) {
            throw Checks.wrong(
                    "x",
                    Arrays.toString(x.dims()),
                    (config.batchMajor() ? "[N, T, " : "[T, N, ") + config.inputSize() + "], C = " + config.inputSize()
                            + " from the layer's config");
        }
        usable("x", TensorAccess.storage(x));
    }

    /** Refuses what is no sequence of {@code t} steps, {@code n} rows and that width. */
    public void sequence(String name, FloatTensor tensor, int t, int n, int width) {
        boolean batchMajor = config.batchMajor();
        dims(
                name,
                "",
                tensor,
                batchMajor ? n : t,
                batchMajor ? t : n,
                width,
                batchMajor ? "[N, T, width]" : "[T, N, width]");
        usable(name, TensorAccess.storage(tensor));
    }

    /** Refuses what is no state of {@code n} rows; null is fine. */
    public void state(String name, @Nullable RecurrentState state, int n) {
        if (state == null) {
            return;
        }
        dims(name, ".h", state.h(), config.stateLayers(), n, config.stateSize(), "[L*D, N, H or P]");
        if (state.hasCellState() != config.hasCellState()) {
            throw Checks.wrong(
                    name, state.hasCellState() ? "with c" : "without c", config.hasCellState() ? "h and c" : "h alone");
        }
        if (config.hasCellState()) {
            dims(name, ".c", state.c(), config.stateLayers(), n, config.hiddenSize(), "[L*D, N, H]");
        }
        usable(name, TensorAccess.storage(state));
    }

    /** {@code part} is put behind the name in the message only, so that no string is made while all is well. */
    private static void dims(String name, String part, FloatTensor tensor, long d0, long d1, long d2, String letters) {
        if (tensor.rank() != 3 || tensor.dim(0) != d0 || tensor.dim(1) != d1 || tensor.dim(2) != d2) {
            throw Checks.wrong(
                    name + part, Arrays.toString(tensor.dims()), "[" + d0 + ", " + d1 + ", " + d2 + "] = " + letters);
        }
    }

    /** Lengths of rows: one for each, 0 &lt;= length &lt;= T. */
    private static void lengths(int @Nullable [] lengths, int t, int n) {
        if (lengths == null) {
            return;
        }
        if (lengths.length != n) {
            throw Checks.wrong("lengths", lengths.length + " values", n + ", one for each row of x");
        }
        for (int i = 0; i < n; i++) {
            if (lengths[i] < 0 || lengths[i] > t) {
                throw Checks.wrong("lengths[" + i + "]", Integer.toString(lengths[i]), "0 <= length <= T = " + t);
            }
        }
    }

    /** Refuses memory that the layer's backend, on its device, cannot read and write. */
    public void usable(String name, TensorStorage storage) {
        if (!storage.usableBy(kind) || storage.device() != device) {
            throw Checks.wrong(
                    name, "memory of " + storage.place(), "memory of " + place + ", as from layer.newTensor(...)");
        }
    }

    /** Refuses a layer that reads time backwards: a stream cannot look ahead. */
    public static void checkStreams(RecurrentConfig config) {
        if (config.direction() != Direction.FORWARD) {
            throw new UnsupportedOperationException(
                    "stream: direction " + config.direction()
                            + " reads a sequence from its end, which a stream has not seen yet; use infer on whole sequences, or a FORWARD layer");
        }
    }

    /**
     * Counts a use of everything, or, if something is closed, of nothing. A state that is carried on in place is counted once: an atomic
     * update costs about as much as a twentieth of a small layer's step.
     */
    public static void acquire(
            FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        acquire("x", TensorAccess.storage(x));
        int held = 1;
        try {
            acquire("y", TensorAccess.storage(y));
            held = 2;
            if (in != null) {
                acquire("stateIn", TensorAccess.storage(in));
                held = 3;
            }
            if (out != null && out != in) {
                acquire("stateOut", TensorAccess.storage(out));
            }
        } catch (IllegalStateException e) {
            if (held == 3 && in != null) {
                TensorAccess.storage(in).release();
            }
            if (held >= 2) {
                TensorAccess.storage(y).release();
            }
            TensorAccess.storage(x).release();
            throw e;
        }
    }

    private static void acquire(String name, TensorStorage storage) {
        if (!storage.tryAcquire()) {
            throw new IllegalStateException(name + ": " + storage.label() + " is closed");
        }
    }

    /** Ends the uses that {@link #acquire} counted. */
    public static void release(
            FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        TensorAccess.storage(x).release();
        TensorAccess.storage(y).release();
        if (in != null) {
            TensorAccess.storage(in).release();
        }
        if (out != null && out != in) {
            TensorAccess.storage(out).release();
        }
    }
}
