package io.github.fusedrnn.weights;

import io.github.fusedrnn.tensor.FloatTensor;

/** The parameters during one {@link Weights#update}; its tensors must not be kept beyond it. */
public final class WeightsView {
    private final WeightLayout layout;
    private final FloatTensor all;

    /**
     * Views of a block.
     *
     * @param all {@code [layout.size()]}
     */
    public WeightsView(WeightLayout layout, FloatTensor all) {
        this.layout = layout;
        this.all = all;
    }

    /**
     * One parameter, with its shape; writing changes the layer.
     *
     * @throws IllegalArgumentException if there is no such parameter; lists the names
     */
    public FloatTensor get(String name) {
        return layout.get(name).view(all);
    }

    /** All parameters as one vector in canonical order. */
    public FloatTensor all() {
        return all;
    }
}
