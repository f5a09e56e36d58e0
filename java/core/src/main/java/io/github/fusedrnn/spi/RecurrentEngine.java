package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.tensor.TensorStorage;

/** Makes packed weights and plans for layers of one description with one set of options. Thread-safe, holds no memory. */
public interface RecurrentEngine {
    /**
     * Packs a canonical block, laid out as {@link io.github.fusedrnn.weights.WeightLayout} says. A snapshot: later writes to the block do
     * not reach it.
     *
     * @param training also keep what backward needs
     */
    PackedWeights pack(TensorStorage canonical, boolean training);

    /**
     * As {@link #pack(TensorStorage, boolean)}, to the bit.
     *
     * @param idle a plan of this engine that nobody else uses until this returns: its threads may help
     */
    default PackedWeights pack(TensorStorage canonical, boolean training, Plan idle) {
        return pack(canonical, training);
    }

    /**
     * A workspace for calls of at most {@code maxT} steps, {@code maxN} rows and {@code threads} threads.
     *
     * @param weights of the layer, in use until this returns; for training also packed for training
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not that much memory
     */
    Plan plan(int maxT, int maxN, int threads, boolean training, PackedWeights weights);

    /** What forward saves for backward of a call of at most {@code t} steps and {@code n} rows. */
    Reserve reserve(int t, int n);

    /** Whether its layers can be trained; the reason says what would do it. */
    default Availability trains() {
        return Availability.yes("forward with a tape, and backward");
    }

    /** Kernels and options chosen, in words. */
    String describe();

    /** Which promise of repeatable bits holds, in words. */
    String determinism();
}
