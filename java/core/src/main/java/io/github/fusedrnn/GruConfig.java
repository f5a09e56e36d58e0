package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;

/**
 * What a GRU computes.
 *
 * @param desc everything, checked
 */
public record GruConfig(RecurrentDesc desc) implements RecurrentConfig {
    /**
     * Refuses the description of another cell.
     *
     * @throws IllegalArgumentException if {@code desc} is not of a {@link CellKind#GRU}
     */
    public GruConfig {
        Checks.argument(desc.cell() == CellKind.GRU, "desc.cell", desc.cell(), "GRU");
    }

    /** Where the reset gate acts. */
    public ResetPlacement reset() {
        return desc.reset();
    }
}
