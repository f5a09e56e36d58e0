package io.github.fusedrnn;

import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.RecurrentDesc;
import io.github.fusedrnn.spi.TensorStorage;
import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * The state of a layer between calls, or a gradient of it: h {@code [L*D, N, H]} ({@code [L*D, N, P]} with projection) and, for LSTM, c
 * {@code [L*D, N, H]}, in the order layer 0 forward, layer 0 reverse, layer 1 forward, … One block of memory, owned by this object. Never
 * batch-major. Made by {@link RecurrentLayer#newState}. One thread at a time.
 */
public final class RecurrentState implements AutoCloseable {
    private final TensorStorage storage;
    private final FloatTensor h;
    private final @Nullable FloatTensor c;

    private RecurrentState(TensorStorage storage, FloatTensor h, @Nullable FloatTensor c) {
        this.storage = storage;
        this.h = h;
        this.c = c;
    }

    static RecurrentState allocate(Backend backend, RecurrentDesc desc, int n) {
        Checks.positive("n", n);
        long layers = desc.stateLayers();
        long hSize = Checks.product("state", layers, n, desc.stateSize());
        // c starts on a 64-byte line of its own.
        long cOffset = (hSize + 15) / 16 * 16;
        long cSize = desc.hasCellState() ? Checks.product("state", layers, n, desc.hiddenSize()) : 0;
        TensorStorage storage = backend.allocate(cOffset + cSize, "state of " + n + " rows");
        FloatTensor h = FloatTensor.view(storage, 0, layers, n, desc.stateSize());
        FloatTensor c = cSize == 0 ? null : FloatTensor.view(storage, cOffset, layers, n, desc.hiddenSize());
        return new RecurrentState(storage, h, c);
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

    /** For backends: the block behind h and c. */
    public TensorStorage storage() {
        return storage;
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

    boolean overlaps(FloatTensor tensor) {
        return tensor.storage() == storage && (tensor.overlaps(h) || (c != null && tensor.overlaps(c)));
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        storage.close();
    }
}
