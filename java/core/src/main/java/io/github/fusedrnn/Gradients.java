package io.github.fusedrnn;

import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.List;

/**
 * Gradients of a layer's parameters by canonical name, in one block with the layout of the weights. The caller owns it and decides when it
 * is zeroed; {@link Tape#backward} adds to it. Made by {@link RecurrentLayer#newGradients()}. One thread at a time: threads that work in
 * parallel have one each.
 */
public final class Gradients implements AutoCloseable {
    private final WeightLayout layout;
    private final TensorStorage storage;
    private final FloatTensor all;

    Gradients(Backend backend, WeightLayout layout) {
        this.layout = layout;
        this.storage = backend.allocate(layout.size(), "gradients");
        this.all = TensorAccess.view(storage, 0, layout.size());
    }

    /** Names in canonical order. */
    public List<String> names() {
        return layout.parameters().stream().map(ParameterSpec::name).toList();
    }

    /** The layout, the same as the weights'. */
    public WeightLayout layout() {
        return layout;
    }

    /**
     * The gradient of one parameter, a view with the parameter's shape.
     *
     * @throws IllegalArgumentException if there is no such parameter; lists the names
     */
    public FloatTensor get(String name) {
        return layout.get(name).view(all);
    }

    /** All gradients as one vector, a view: for clipping and for optimisers. */
    public FloatTensor all() {
        return all;
    }

    /** Sets every gradient to zero. */
    public void zero() {
        all.fill(0);
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        storage.close();
    }
}
