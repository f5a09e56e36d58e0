package io.github.fusedrnn.weights;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The canonical weights of a layer: PyTorch's names, shapes and gate order, and a version that rises with every change. The layer owns them
 * and closes with them. Thread-safe: calls in flight work on packed copies and never see half a change.
 */
public interface Weights {
    /** Names, shapes and offsets. */
    WeightLayout layout();

    /** Names in canonical order. */
    List<String> names();

    /** Rises with every {@link #update} and every replacement. */
    long version();

    /** Whether the layer has been closed, and its weights with it. */
    boolean isClosed();

    /**
     * A copy of one parameter's elements.
     *
     * @throws IllegalArgumentException if there is no such parameter, or it is larger than an array can be
     * @throws IllegalStateException if the layer is closed
     */
    float[] get(String name);

    /**
     * Copies of all parameters by name, in canonical order, all of one version.
     *
     * @throws IllegalStateException if the layer is closed
     */
    Map<String, float[]> toMap();

    /**
     * Changes weights in place; the version rises on exit, also after an exception. Calls in flight end on the old version; packed copies are
     * renewed by the next call.
     *
     * @param change gets in-place views; must not call the layer, which refuses it
     * @throws IllegalStateException if the layer is closed
     */
    void update(Consumer<WeightsView> change);
}
