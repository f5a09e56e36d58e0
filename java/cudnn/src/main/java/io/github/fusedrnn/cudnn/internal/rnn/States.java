package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * The states of a call in one block: h, then c at an aligned offset, as {@link RecurrentState} has them, so that one copy moves both. One thread
 * at a time.
 */
final class States {
    private static final long ALIGNMENT = 16;

    private final RecurrentConfig config;
    private final Scratch block;
    private final int elementBytes;
    private int n;

    States(RecurrentConfig config, Scratch block, int elementBytes) {
        this.config = config;
        this.block = block;
        this.elementBytes = elementBytes;
    }

    /** Grows to {@code rows} rows; returns this. */
    States of(int rows) {
        n = rows;
        block.atLeast(bytes());
        return this;
    }

    private long hSize() {
        return (long) config.stateLayers() * n * config.stateSize();
    }

    private long cOffset() {
        return (hSize() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Elements of h and c and the padding between them. */
    long size() {
        return cOffset() + (config.hasCellState() ? (long) config.stateLayers() * n * config.hiddenSize() : 0);
    }

    long bytes() {
        return size() * elementBytes;
    }

    long h() {
        return block.address();
    }

    /** 0 for a cell without c. */
    long c() {
        return config.hasCellState() ? block.address() + cOffset() * elementBytes : 0;
    }

    /** The address of a caller's h; 0 for null. */
    static long h(@Nullable RecurrentState state) {
        return state == null ? 0 : TensorAccess.address(state.h());
    }

    /** The address of a caller's c; 0 for null, and for a cell without c. */
    static long c(@Nullable RecurrentState state) {
        return state == null || !state.hasCellState() ? 0 : TensorAccess.address(state.c());
    }
}
