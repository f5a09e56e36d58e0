package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;

/**
 * What an Elman network computes.
 *
 * @param desc everything, checked
 */
public record RnnConfig(RecurrentDesc desc) implements RecurrentConfig {
    /**
     * Refuses the description of another cell.
     *
     * @throws IllegalArgumentException if {@code desc} is not of a {@link CellKind#RNN}
     */
    public RnnConfig {
        Checks.argument(desc.cell() == CellKind.RNN, "desc.cell", desc.cell(), "RNN");
    }

    /** The activation of a direction, 0 or 1. */
    public Activation activation(int direction) {
        return desc.activation(direction, 0);
    }
}
