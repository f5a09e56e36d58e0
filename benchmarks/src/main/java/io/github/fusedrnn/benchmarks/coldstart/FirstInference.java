package io.github.fusedrnn.benchmarks.coldstart;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;

/** A process that runs one step of an LSTM: C = 64, H = 128, T = 1, N = 1. */
public final class FirstInference {
    private FirstInference() {}

    /** Builds the layer, infers one step and prints an output. */
    public static void main(String[] args) {
        try (Lstm lstm = Lstm.builder(64, 128).seed(1).build();
                FloatTensor x = lstm.newInput(1, 1);
                FloatTensor y = lstm.newOutput(1, 1);
                RecurrentState state = lstm.newState(1)) {
            x.fill(0.5f);
            lstm.infer(x, null, state, y, state);
            System.out.println(y.get(0));
        }
    }
}
