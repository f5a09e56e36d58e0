package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.reference.ReferenceGradients;
import io.github.fusedrnn.weights.WeightLayout;

/** Gradients of everything that went into a call of a {@link ReferenceLayer}. Immutable, free to share; arrays are copies. */
public final class LayerGradients {
    private final WeightLayout layout;
    private final ReferenceGradients gradients;

    LayerGradients(WeightLayout layout, ReferenceGradients gradients) {
        this.layout = layout;
        this.gradients = gradients;
    }

    /** Gradient of x, shaped as x; 0 in padding. */
    public double[] dx() {
        return gradients.dx().clone();
    }

    /** Gradient of the initial h {@code [L*D, N, S]}, also where the call had none. */
    public double[] dh0() {
        return gradients.dh0().clone();
    }

    /** Gradient of the initial c {@code [L*D, N, H]}, empty for a cell without. */
    public double[] dc0() {
        return gradients.dc0().clone();
    }

    /**
     * Gradient of one parameter, row-major; exactly 0 where the layer's variant does not use it.
     *
     * @throws IllegalArgumentException if the layer has none of that name
     */
    public double[] weight(String name) {
        return ReferenceLayer.slice(gradients.dweights(), layout.get(name));
    }

    /** Gradients of all weights in the canonical layout. */
    public double[] weights() {
        return gradients.dweights().clone();
    }
}
