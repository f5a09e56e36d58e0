package io.github.fusedrnn.spi;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a training forward, kept by its tape for backward.
 *
 * @param t steps
 * @param n rows
 * @param lengths valid steps of each row; null = all have {@code t}; nobody writes to it any more
 * @param x input
 * @param in initial states; null = zeros
 * @param y output
 * @param out final states; null = not wanted; never {@code in}
 * @param dropoutSeed key of the Philox mask
 * @param dropoutCall call number in the mask
 * @param reserve where forward saves for backward
 */
public record TrainingCall(
        int t,
        int n,
        int @Nullable [] lengths,
        FloatTensor x,
        @Nullable RecurrentState in,
        FloatTensor y,
        @Nullable RecurrentState out,
        long dropoutSeed,
        long dropoutCall,
        Reserve reserve) {}
