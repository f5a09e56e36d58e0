package io.github.fusedrnn.spi;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * Gradients that come into backward.
 *
 * @param dy of the output; null = zero
 * @param dOut of the final states; null = zero
 */
public record UpstreamGradients(@Nullable FloatTensor dy, @Nullable RecurrentState dOut) {}
