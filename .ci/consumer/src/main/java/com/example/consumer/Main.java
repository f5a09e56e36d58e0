package com.example.consumer;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One training step on the CPU backend (the native library for forward, OpenBLAS for backward), saved and read again. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws IOException {
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
            Parameters parameters =
                    Parameters.builder().add("lstm", lstm, gradients).build();
            try (Sgd sgd = Sgd.builder(parameters).learningRate(0.1f).build()) {
                sgd.step();
            }
            long steps = saveAndRead(parameters);
            System.out.println("Java " + Runtime.version().feature() + ", " + Main.class.getModule() + ": y = " + output
                    + ", dWh = " + gradient + ", steps = " + steps);
        }
    }

    private static long saveAndRead(Parameters parameters) throws IOException {
        Path file = Files.createTempFile("consumer", ".safetensors");
        try {
            Checkpoint.of(parameters).counter("steps", 1).write(file);
            try (Checkpoint saved = Checkpoint.open(file)) {
                saved.restore(parameters);
                return saved.counter("steps");
            }
        } finally {
            Files.delete(file);
        }
    }
}
