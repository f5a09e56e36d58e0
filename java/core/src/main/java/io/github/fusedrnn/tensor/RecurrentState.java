package io.github.fusedrnn.tensor;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.door.Doors;
import io.github.fusedrnn.internal.door.StateDoor;
import org.jspecify.annotations.Nullable;

/**
 * The state of a layer between calls, or a gradient of it: h {@code [L*D, N, H]} ({@code [L*D, N, P]} with projection) and, for LSTM, c
 * {@code [L*D, N, H]}, in the order layer 0 forward, layer 0 reverse, layer 1 forward, … One block of memory, owned by this object. Never
 * batch-major. Made by {@code layer.newState(n)}. One thread at a time.
 */
public final class RecurrentState implements AutoCloseable {
    static {
        Doors.open(new Door());
    }

    private final TensorStorage storage;
    private final FloatTensor h;
    private final @Nullable FloatTensor c;
    private final boolean owner;

    private RecurrentState(TensorStorage storage, RecurrentConfig config, int n, boolean owner) {
        long layers = config.stateLayers();
        this.storage = storage;
        this.h = FloatTensor.view(storage, 0, layers, n, config.stateSize());
        this.c = config.hasCellState()
                ? FloatTensor.view(storage, cellOffset(config, n), layers, n, config.hiddenSize())
                : null;
        this.owner = owner;
    }

    /** Zero states of {@code n} rows in an allocator's memory; the caller closes them. */
    public static RecurrentState allocate(Allocator backend, RecurrentConfig config, int n) {
        return new RecurrentState(backend.allocate(floats(config, n), "state of " + n + " rows"), config, n, true);
    }

    private static RecurrentState view(TensorStorage storage, RecurrentConfig config, int n) {
        Checks.argument(
                floats(config, n) <= storage.floats(),
                "n",
                n,
                "as many rows as " + storage.floats() + " elements hold");
        return new RecurrentState(storage, config, n, false);
    }

    /** Elements of a block that holds the states of {@code n} rows. */
    public static long floats(RecurrentConfig config, int n) {
        Checks.positive("n", n);
        long cSize = config.hasCellState() ? Checks.product("state", config.stateLayers(), n, config.hiddenSize()) : 0;
        return cellOffset(config, n) + cSize;
    }

    /** c starts on a 64-byte line of its own. */
    private static long cellOffset(RecurrentConfig config, int n) {
        return (Checks.product("state", config.stateLayers(), n, config.stateSize()) + 15) / 16 * 16;
    }

    /** Hidden state {@code [L*D, N, H or P]}, a view. */
    public FloatTensor h() {
        return h;
    }

    /**
     * Cell state {@code [L*D, N, H]}, a view.
     *
     * @throws UnsupportedOperationException if the cell has none (RNN, GRU)
     */
    public FloatTensor c() {
        if (c == null) {
            throw new UnsupportedOperationException("c: only an LSTM has a cell state");
        }
        return c;
    }

    /** Whether there is a cell state. */
    public boolean hasCellState() {
        return c != null;
    }

    /** N: rows. */
    public int rows() {
        return (int) h.dim(1);
    }

    /** Sets every state to zero. */
    public void reset() {
        h.fill(0);
        if (c != null) {
            c.fill(0);
        }
    }

    /**
     * Copies the states of another one of the same shape.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void copyFrom(RecurrentState other) {
        Checks.argument(other != this, "other", "this state itself", "another one");
        Checks.argument(
                other.h.size() == h.size() && (other.c == null) == (c == null),
                "other",
                other.h,
                "a state of the same layer with shape " + h);
        h.copyFrom(other.h);
        if (c != null) {
            c.copyFrom(other.c());
        }
    }

    /** Whether h or c shares an element with a tensor. */
    public boolean overlaps(FloatTensor tensor) {
        return tensor.storage() == storage && (tensor.overlaps(h) || (c != null && tensor.overlaps(c)));
    }

    /** Gives the memory back; a view's does nothing. */
    @Override
    public void close() {
        if (owner) {
            storage.close();
        }
    }

    private static final class Door implements StateDoor<RecurrentState, TensorStorage, RecurrentConfig> {
        @Override
        public TensorStorage storage(RecurrentState state) {
            return state.storage;
        }

        @Override
        public RecurrentState view(TensorStorage storage, RecurrentConfig config, int n) {
            return RecurrentState.view(storage, config, n);
        }
    }
}
