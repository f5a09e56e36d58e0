package io.github.fusedrnn.check;

import io.github.fusedrnn.internal.layer.LayerWeights;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.weights.Weights;
import org.jspecify.annotations.Nullable;

/** Float32 tensors and weights as float64 arrays. */
final class Widening {
    private Widening() {}

    static double[] of(FloatTensor tensor) {
        float[] values = tensor.toArray();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    static double @Nullable [] ofPresent(@Nullable FloatTensor tensor) {
        return tensor == null ? null : of(tensor);
    }

    static double @Nullable [] h(@Nullable RecurrentState state) {
        return state == null ? null : of(state.h());
    }

    static double @Nullable [] c(@Nullable RecurrentState state) {
        return state == null || !state.hasCellState() ? null : of(state.c());
    }

    /** The canonical block as it is now; one version, never a mixture of two. */
    static double[] weights(Weights weights) {
        return LayerWeights.of(weights)
                .read(block -> of(TensorAccess.view(block, 0, weights.layout().size())));
    }
}
