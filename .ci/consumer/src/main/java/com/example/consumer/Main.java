package com.example.consumer;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.tensor.FloatTensor;

/** One training step on the CPU backend: the native library for forward, OpenBLAS for backward. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        try (Lstm lstm = Lstm.builder(3, 5).backend(BackendKind.CPU).build();
                FloatTensor x = lstm.newInput(4, 2);
                FloatTensor y = lstm.newOutput(4, 2);
                FloatTensor dy = lstm.newOutput(4, 2);
                Gradients gradients = lstm.newGradients()) {
            x.fill(0.5f);
            dy.fill(1f);
            try (Tape tape = lstm.forward(x, null, null, y, null)) {
                tape.backward(dy, null, null, null, gradients);
            }
            float output = y.get(y.size() - 1);
            float gradient = gradients.get("weight_hh_l0").get(0);
            if (lstm.backend() != BackendKind.CPU || !(Math.abs(output) > 0) || !(Math.abs(gradient) > 0)) {
                throw new AssertionError("y = " + output + ", dWh = " + gradient + " on " + lstm.backend());
            }
            System.out.println("Java " + Runtime.version().feature() + ", " + Main.class.getModule() + ": y = " + output
                    + ", dWh = " + gradient);
        }
    }
}
