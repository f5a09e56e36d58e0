package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * A Gru one time step at a time; the mathematics is {@link Gru}'s.
 *
 * @see RecurrentCell
 */
public final class GruCell extends LayerCell {
    private final Gru layer;

    private GruCell(Gru layer, boolean owner) {
        super(layer, owner);
        this.layer = layer;
    }

    /** A cell that reads C = {@code inputSize} and has H = {@code hiddenSize} units, with everything else at its default. */
    public static GruCell create(int inputSize, int hiddenSize) {
        return create(Gru.builder(inputSize, hiddenSize));
    }

    /**
     * A cell on a layer of its own, which closes with it.
     *
     * @throws IllegalArgumentException if the layer would have several levels, another direction than forward, or be batch-major
     */
    public static GruCell create(Gru.Builder builder) {
        return new GruCell(builder.build(), true);
    }

    /**
     * A cell on a layer that stays the caller's: both compute with the same weights, and closing the cell leaves the layer open.
     *
     * @throws IllegalArgumentException if the layer has several levels, another direction than forward, or is batch-major
     */
    public static GruCell of(Gru layer) {
        return new GruCell(Checks.notNull("layer", layer), false);
    }

    /** The layer: weights, explanation, sessions. */
    public Gru layer() {
        return layer;
    }
}
