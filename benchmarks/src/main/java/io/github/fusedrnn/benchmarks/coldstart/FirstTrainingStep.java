package io.github.fusedrnn.benchmarks.coldstart;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.tensor.FloatTensor;

/** A process that runs one training step of an LSTM: C = 64, H = 128, T = 20, N = 8; it loads OpenBLAS. */
public final class FirstTrainingStep {
    private FirstTrainingStep() {}

    /** Builds the layer, runs forward, backward and a step of gradient descent, and prints a gradient. */
    public static void main(String[] args) {
        try (Lstm lstm = Lstm.builder(64, 128).seed(1).build();
                FloatTensor x = lstm.newInput(20, 8);
                FloatTensor y = lstm.newOutput(20, 8);
                FloatTensor dy = lstm.newOutput(20, 8);
                Gradients gradients = lstm.newGradients()) {
            x.fill(0.5f);
            dy.fill(1);
            try (Tape tape = lstm.forward(x, null, null, y, null)) {
                tape.backward(dy, null, null, null, gradients);
            }
            FloatTensor gradient = gradients.get("bias_ih_l0");
            lstm.weights().update(view -> {
                FloatTensor bias = view.get("bias_ih_l0");
                for (int i = 0; i < bias.size(); i++) {
                    bias.set(i, bias.get(i) - 0.01f * gradient.get(i));
                }
            });
            System.out.println(gradient.get(0));
        }
    }
}
