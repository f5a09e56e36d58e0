package io.github.fusedrnn.spi;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * Where backward puts what it computes.
 *
 * @param dx of the input, overwritten; null = not wanted
 * @param dIn of the initial states, overwritten; null = not wanted
 * @param dWeights of the parameters, one block in canonical layout, added to; null = not wanted
 */
public record InputGradients(@Nullable FloatTensor dx, @Nullable RecurrentState dIn, @Nullable FloatTensor dWeights) {}
