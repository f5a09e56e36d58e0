package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.config.BackendKind;

/**
 * Levels with different periods: the lower one updates at each step, s¹_t = tanh(W¹ x_t + U¹ s¹_{t-1} + b¹), the upper one at every k-th,
 * s²_t = tanh(W² s¹_t + U² s²_{t-k} + b²), so that a distant input is k times fewer steps away. El Hihi and Bengio 1996, "Hierarchical
 * recurrent neural networks for long-term dependencies".
 */
public final class HierarchicalRnn extends LevelNetwork {
    /** Draws the weights; {@code period} is k. */
    public HierarchicalRnn(int inputSize, int lower, int upper, int period, BackendKind backend, long seed) {
        super(inputSize, new int[] {lower, upper}, new int[] {1, period}, backend, seed);
        if (period < 1) {
            throw new IllegalArgumentException("period: " + period + " (expected: at least 1)");
        }
    }
}
