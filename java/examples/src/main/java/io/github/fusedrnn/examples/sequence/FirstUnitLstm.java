package io.github.fusedrnn.examples.sequence;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Optimizer;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Sgd;
import io.github.fusedrnn.weights.Initializers;
import java.util.SplittableRandom;

/**
 * The LSTM that tutorials write from scratch, memorizing one sequence: h = o∘c without tanh, no layer behind it,
 * its first unit is the prediction; loss Σ_t (h_t[0] − target_t)², plain gradient descent. Each step's input is a random
 * vector of [0, 1) that stays the same. One thread.
 */
final class FirstUnitLstm implements AutoCloseable {
    /** C. */
    static final int INPUTS = 50;
    /** H. */
    static final int CELLS = 100;
    /** Weights and biases are uniform in ± this. */
    private static final double SPREAD = 0.1;

    private final Resources resources = new Resources();
    private final float[] targets;
    private final Lstm lstm;
    private final Gradients gradients;
    private final FloatTensor x;
    private final FloatTensor y;
    private final FloatTensor dy;
    private final Parameters parameters;
    private final Optimizer optimizer;

    FirstUnitLstm(float[] targets, float rate, LayerOptions where, long seed) {
        this.targets = targets.clone();
        try {
            lstm = resources.add(where.apply(Lstm.builder(INPUTS, CELLS))
                    .activations(Activation.SIGMOID, Activation.TANH, Activation.IDENTITY)
                    .initializer(Initializers.uniform(-SPREAD, SPREAD))
                    .seed(seed)
                    .build());
            // The tutorials have one bias where we have the sum of two: the second is zero and stays so.
            lstm.weights().update(view -> view.get("bias_hh_l0").fill(0));
            gradients = resources.add(lstm.newGradients());
            x = resources.add(lstm.newInput(targets.length, 1));
            y = resources.add(lstm.newOutput(targets.length, 1));
            dy = resources.add(lstm.newOutput(targets.length, 1));
            SplittableRandom random = new SplittableRandom(~seed);
            for (long i = 0; i < x.size(); i++) {
                x.set(i, (float) random.nextDouble());
            }
            parameters = Parameters.builder().add("lstm", lstm, gradients).build();
            optimizer = resources.add(Sgd.builder(parameters).learningRate(rate).build());
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    /** Forward and backward; the squared error over the sequence. */
    double backward() {
        double loss = 0;
        dy.fill(0);
        try (Tape tape = lstm.forward(x, null, null, y, null)) {
            for (int t = 0; t < targets.length; t++) {
                float error = y.get((long) t * CELLS) - targets[t];
                loss += (double) error * error;
                dy.set((long) t * CELLS, 2 * error);
            }
            tape.backward(dy, null, null, null, gradients);
        }
        gradients.get("bias_hh_l0").fill(0);
        return loss;
    }

    /** The squared error over the sequence. */
    double loss() {
        float[] predicted = predictions();
        double loss = 0;
        for (int t = 0; t < predicted.length; t++) {
            loss += (double) (predicted[t] - targets[t]) * (predicted[t] - targets[t]);
        }
        return loss;
    }

    /** The prediction of each step. */
    float[] predictions() {
        lstm.infer(x, null, null, y, null);
        float[] predicted = new float[targets.length];
        for (int t = 0; t < predicted.length; t++) {
            predicted[t] = y.get((long) t * CELLS);
        }
        return predicted;
    }

    /** The recurrent layer. */
    Lstm layer() {
        return lstm;
    }

    Parameters parameters() {
        return parameters;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        resources.close();
    }
}
