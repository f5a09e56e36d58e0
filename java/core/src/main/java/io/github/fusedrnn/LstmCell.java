package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * An Lstm one time step at a time; the mathematics is {@link Lstm}'s.
 *
 * @see RecurrentCell
 */
public final class LstmCell extends LayerCell {
    private final Lstm layer;

    private LstmCell(Lstm layer, boolean owner) {
        super(layer, owner);
        this.layer = layer;
    }

    /** A cell that reads C = {@code inputSize} and has H = {@code hiddenSize} units, with everything else at its default. */
    public static LstmCell create(int inputSize, int hiddenSize) {
        return create(Lstm.builder(inputSize, hiddenSize));
    }

    /**
     * A cell on a layer of its own, which closes with it.
     *
     * @throws IllegalArgumentException if the layer would have several levels, another direction than forward, or be batch-major
     */
    public static LstmCell create(Lstm.Builder builder) {
        return new LstmCell(builder.build(), true);
    }

    /**
     * A cell on a layer that stays the caller's: both compute with the same weights, and closing the cell leaves the layer open.
     *
     * @throws IllegalArgumentException if the layer has several levels, another direction than forward, or is batch-major
     */
    public static LstmCell of(Lstm layer) {
        return new LstmCell(Checks.notNull("layer", layer), false);
    }

    /** The layer: weights, explanation, sessions. */
    public Lstm layer() {
        return layer;
    }
}
