package io.github.fusedrnn;

import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.RecurrentDesc;
import io.github.fusedrnn.spi.TensorStorage;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Checks the arguments of a layer's calls and holds their memory in use meanwhile. One per layer, stateless, free to share. */
final class CallArguments {
    private final RecurrentDesc desc;
    private final Backend backend;

    CallArguments(RecurrentDesc desc, Backend backend) {
        this.desc = desc;
        this.backend = backend;
    }

    /** T of a sequence tensor. */
    int steps(FloatTensor x) {
        return size("T", x.dim(desc.batchMajor() ? 1 : 0));
    }

    /** N of a sequence tensor. */
    int rows(FloatTensor x) {
        return size("N", x.dim(desc.batchMajor() ? 0 : 1));
    }

    private static int size(String letter, long value) {
        if (value > Integer.MAX_VALUE) {
            throw Checks.wrong(letter, Long.toString(value), "at most 2^31 - 1");
        }
        return (int) value;
    }

    void check(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        input(x);
        int t = steps(x);
        int n = rows(x);
        Checks.lengths(lengths, t, n);
        sequence("y", Checks.notNull("y", y), t, n, desc.outputSize());
        states(x, in, y, out, n);
    }

    /** As {@link #check} for one time step without its dimension: x {@code [N, C]}, y {@code [N, H or P]}. */
    void checkStep(FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        Checks.notNull("x", x);
        if (x.rank() != 2 || x.dim(1) != desc.inputSize()) {
            throw Checks.wrong(
                    "x",
                    Arrays.toString(x.dims()),
                    "[N, " + desc.inputSize() + "], C = " + desc.inputSize() + " from the cell");
        }
        Checks.usable("x", x.storage(), backend);
        int n = size("N", x.dim(0));
        Checks.notNull("y", y);
        if (y.rank() != 2 || y.dim(0) != n || y.dim(1) != desc.outputSize()) {
            throw Checks.wrong(
                    "y", Arrays.toString(y.dims()), "[" + n + ", " + desc.outputSize() + "] = [N, outputSize]");
        }
        Checks.usable("y", y.storage(), backend);
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
        y.storage().checkWritable("y");
        if (out != null) {
            out.storage().checkWritable("stateOut");
        }
    }

    void input(FloatTensor x) {
        Checks.notNull("x", x);
        if (x.rank() != 3 || x.dim(2) != desc.inputSize()) {
            throw Checks.wrong(
                    "x",
                    Arrays.toString(x.dims()),
                    (desc.batchMajor() ? "[N, T, " : "[T, N, ") + desc.inputSize() + "], C = " + desc.inputSize()
                            + " from the layer's config");
        }
        Checks.usable("x", x.storage(), backend);
    }

    void sequence(String name, FloatTensor tensor, int t, int n, int width) {
        boolean batchMajor = desc.batchMajor();
        Checks.dims(
                name,
                "",
                tensor,
                batchMajor ? n : t,
                batchMajor ? t : n,
                width,
                batchMajor ? "[N, T, width]" : "[T, N, width]");
        Checks.usable(name, tensor.storage(), backend);
    }

    void state(String name, @Nullable RecurrentState state, int n) {
        if (state == null) {
            return;
        }
        Checks.dims(name, ".h", state.h(), desc.stateLayers(), n, desc.stateSize(), "[L*D, N, H or P]");
        if (state.hasCellState() != desc.hasCellState()) {
            throw Checks.wrong(
                    name, state.hasCellState() ? "with c" : "without c", desc.hasCellState() ? "h and c" : "h alone");
        }
        if (desc.hasCellState()) {
            Checks.dims(name, ".c", state.c(), desc.stateLayers(), n, desc.hiddenSize(), "[L*D, N, H]");
        }
        Checks.usable(name, state.storage(), backend);
    }

    /**
     * Counts a use of everything, or, if something is closed, of nothing. A state that is carried on in place is counted once: an atomic
     * update costs about as much as a twentieth of a small layer's step.
     */
    static void acquire(FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        acquire("x", x.storage());
        int held = 1;
        try {
            acquire("y", y.storage());
            held = 2;
            if (in != null) {
                acquire("stateIn", in.storage());
                held = 3;
            }
            if (out != null && out != in) {
                acquire("stateOut", out.storage());
            }
        } catch (IllegalStateException e) {
            if (held == 3 && in != null) {
                in.storage().release();
            }
            if (held >= 2) {
                y.storage().release();
            }
            x.storage().release();
            throw e;
        }
    }

    private static void acquire(String name, TensorStorage storage) {
        if (!storage.tryAcquire()) {
            throw new IllegalStateException(name + ": " + storage.label() + " is closed");
        }
    }

    static void release(FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        x.storage().release();
        y.storage().release();
        if (in != null) {
            in.storage().release();
        }
        if (out != null && out != in) {
            out.storage().release();
        }
    }
}
