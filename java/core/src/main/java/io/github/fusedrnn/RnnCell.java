package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Checks;

/**
 * An Rnn one time step at a time; the mathematics is {@link Rnn}'s.
 *
 * @see RecurrentCell
 */
public final class RnnCell extends LayerCell {
    private final Rnn layer;

    private RnnCell(Rnn layer, boolean owner) {
        super(layer, owner);
        this.layer = layer;
    }

    /** A cell that reads C = {@code inputSize} and has H = {@code hiddenSize} units, with everything else at its default. */
    public static RnnCell create(int inputSize, int hiddenSize) {
        return create(Rnn.builder(inputSize, hiddenSize));
    }

    /**
     * A cell on a layer of its own, which closes with it.
     *
     * @throws IllegalArgumentException if the layer would have several levels, another direction than forward, or be batch-major
     */
    public static RnnCell create(Rnn.Builder builder) {
        return new RnnCell(builder.build(), true);
    }

    /**
     * A cell on a layer that stays the caller's: both compute with the same weights, and closing the cell leaves the layer open.
     *
     * @throws IllegalArgumentException if the layer has several levels, another direction than forward, or is batch-major
     */
    public static RnnCell of(Rnn layer) {
        return new RnnCell(Checks.notNull("layer", layer), false);
    }

    /** The layer: weights, explanation, sessions. */
    public Rnn layer() {
        return layer;
    }
}
