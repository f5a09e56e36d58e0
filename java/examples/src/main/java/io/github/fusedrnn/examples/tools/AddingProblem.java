package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.MeanSquaredError;
import io.github.fusedrnn.train.Optimizer;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.Sgd;
import io.github.fusedrnn.weights.Initializers;
import java.util.SplittableRandom;

/**
 * The adding problem (Hochreiter &amp; Schmidhuber 1997): at each of T steps a number of [0, 1) and a mark; two steps are
 * marked, one in each half, and the target is the sum of their numbers. The constant answer 1 has a mean squared
 * error of 1/6. Gates begin with biases that fit the length: forget, or keep, with log u, u uniform in [1, T − 1) (Tallec
 * &amp; Ollivier 2018). One thread.
 */
final class AddingProblem implements AutoCloseable {
    /** Mean squared error of the best constant answer: the variance of a sum of two uniform numbers. */
    static final double CONSTANT_ANSWER = 1.0 / 6;

    private final int steps;
    private final Resources resources = new Resources();
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final Dense dense;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private final MeanSquaredError loss;

    /**
     * A new network.
     *
     * @param gain recurrent matrices are orthogonal, times this
     * @param plain whether the optimizer is plain SGD instead of Adam
     */
    AddingProblem(
            CellKind cell,
            int steps,
            int hidden,
            double gain,
            boolean plain,
            float rate,
            LayerOptions where,
            long seed) {
        this.steps = steps;
        try {
            BackendKind backend = where.backend();
            layer = resources.add(where.layer(cell, 2, hidden)
                    .initializer(Initializers.orthogonalRecurrent(Initializers.xavierUniform()))
                    .seed(seed)
                    .build());
            SplittableRandom random = new SplittableRandom(seed + 1);
            layer.weights().update(view -> {
                FloatTensor recurrent = view.get("weight_hh_l0");
                recurrent.copyFrom(scaled(recurrent.toArray(), gain));
                FloatTensor bias = view.get("bias_ih_l0");
                for (int unit = 0; unit < hidden && cell != CellKind.RNN; unit++) {
                    float remember = (float) Math.log(random.nextDouble(1, Math.max(2, steps - 1)));
                    bias.set(hidden + unit, remember); // f of an LSTM, z of a GRU: both stand second
                    if (cell == CellKind.LSTM) {
                        bias.set(unit, -remember);
                    }
                }
            });
            gradients = resources.add(layer.newGradients());
            dense = resources.add(
                    Dense.builder(hidden, 1).seed(seed + 2).backend(backend).build());
            parameters = Parameters.builder()
                    .add("recurrent", layer, gradients)
                    .add("dense", dense)
                    .build();
            optimizer = resources.add(
                    plain
                            ? Sgd.builder(parameters).learningRate(rate).build()
                            : Adam.builder(parameters).learningRate(rate).build());
            loss = new MeanSquaredError(backend, Reduction.average());
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    private static float[] scaled(float[] values, double gain) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= (float) gain;
        }
        return values;
    }

    /** Numbers and marks {@code [T, N, 2]}; the sums go to {@code target}. */
    private void draw(SplittableRandom random, FloatTensor x, FloatTensor target) {
        int n = (int) x.dim(1);
        float[] values = new float[steps * n * 2];
        float[] sums = new float[n];
        for (int row = 0; row < n; row++) {
            for (int t = 0; t < steps; t++) {
                values[(t * n + row) * 2] = (float) random.nextDouble();
            }
            int[] marked = {random.nextInt(steps / 2), random.nextInt(steps / 2, steps)};
            for (int t : marked) {
                values[(t * n + row) * 2 + 1] = 1;
                sums[row] += values[(t * n + row) * 2];
            }
        }
        x.copyFrom(values);
        target.copyFrom(sums);
    }

    /**
     * One batch.
     *
     * @param clip bound of the gradients' norm
     * @return the mean squared error, and the norm before clipping
     */
    double[] train(SplittableRandom random, int n, double clip) {
        try (FloatTensor x = layer.newInput(steps, n);
                FloatTensor y = layer.newOutput(steps, n);
                RecurrentState end = layer.newState(n);
                RecurrentState dEnd = layer.newState(n);
                FloatTensor answer = layer.newTensor(n, 1);
                FloatTensor target = layer.newTensor(n, 1)) {
            draw(random, x, target);
            parameters.zeroGradients();
            double measured;
            try (Tape tape = layer.forward(x, null, null, y, end)) {
                dense.forward(end.h(), answer);
                measured = loss.compute(answer, target, target).value();
                dense.backward(end.h(), answer, target, dEnd.h());
                tape.backward(null, dEnd, null, null, gradients);
            }
            double norm = GradientClip.byGlobalNorm(parameters, clip);
            optimizer.step();
            return new double[] {measured, norm};
        }
    }

    /** Mean squared error over fresh sequences. */
    double test(SplittableRandom random, int n) {
        try (FloatTensor x = layer.newInput(steps, n);
                FloatTensor y = layer.newOutput(steps, n);
                RecurrentState end = layer.newState(n);
                FloatTensor answer = layer.newTensor(n, 1);
                FloatTensor target = layer.newTensor(n, 1)) {
            draw(random, x, target);
            layer.infer(x, null, null, y, end);
            dense.forward(end.h(), answer);
            return loss.compute(answer, target, null).value();
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
