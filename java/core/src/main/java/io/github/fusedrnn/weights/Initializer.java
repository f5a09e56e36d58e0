package io.github.fusedrnn.weights;

import io.github.fusedrnn.config.RecurrentConfig;
import java.util.SplittableRandom;

/** Fills the parameters of a new layer. Implementations are stateless and free to share; the same seed gives the same weights. */
@FunctionalInterface
public interface Initializer {
    /**
     * Fills one parameter.
     *
     * @param spec which
     * @param config the layer
     * @param random drawn from in canonical order of parameters
     * @param values to fill, row-major
     */
    void fill(ParameterSpec spec, RecurrentConfig config, SplittableRandom random, float[] values);
}
