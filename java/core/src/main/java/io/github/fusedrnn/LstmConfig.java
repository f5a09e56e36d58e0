package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;

/**
 * What an LSTM computes.
 *
 * @param desc everything, checked
 */
public record LstmConfig(RecurrentDesc desc) implements RecurrentConfig {
    /**
     * Refuses the description of another cell.
     *
     * @throws IllegalArgumentException if {@code desc} is not of a {@link CellKind#LSTM}
     */
    public LstmConfig {
        Checks.argument(desc.cell() == CellKind.LSTM, "desc.cell", desc.cell(), "LSTM");
    }

    /** P: width of h, 0 = no projection. */
    public int projectionSize() {
        return desc.projectionSize();
    }

    /** Bound of |c|, 0 = none. */
    public float cellClip() {
        return desc.cellClip();
    }

    /** Whether i and f see the old c, and o the new one. */
    public boolean peepholes() {
        return desc.peepholes();
    }

    /** Whether f = 1 − i. */
    public boolean coupledInputForget() {
        return desc.coupledInputForget();
    }
}
