package io.github.fusedrnn.weights;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;

/** The parameters during one {@link Weights#update}; its tensors must not be kept beyond it. */
public final class WeightsView {
    private final WeightLayout layout;
    private final TensorStorage storage;

    WeightsView(WeightLayout layout, TensorStorage storage) {
        this.layout = layout;
        this.storage = storage;
    }

    /**
     * One parameter, with its shape; writing changes the layer.
     *
     * @throws IllegalArgumentException if there is no such parameter; lists the names
     */
    public FloatTensor get(String name) {
        ParameterSpec spec = layout.get(name);
        return FloatTensor.view(
                storage,
                spec.offset(),
                spec.shape().stream().mapToLong(Long::longValue).toArray());
    }

    /** All parameters as one vector in canonical order. */
    public FloatTensor all() {
        return FloatTensor.view(storage, 0, layout.size());
    }
}
