package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.config.BackendKind;
import java.util.Arrays;

/**
 * A multilayer perceptron whose layers are each recurrent: sⁱ_t = tanh(Wⁱ sⁱ⁻¹_t + Uⁱ sⁱ_{t-1} + bⁱ), s⁰ = x. Puskorius and Feldkamp 1994,
 * "Neurocontrol of nonlinear dynamical systems with Kalman filter trained recurrent networks". Its answer is the highest layer.
 */
public final class RecurrentMultilayerPerceptron extends LevelNetwork {
    /** Draws the weights of layers of so many units, from the lowest. */
    public RecurrentMultilayerPerceptron(int inputSize, int[] units, BackendKind backend, long seed) {
        super(inputSize, units, everyStep(units.length), backend, seed);
    }

    private static int[] everyStep(int layers) {
        int[] periods = new int[layers];
        Arrays.fill(periods, 1);
        return periods;
    }
}
