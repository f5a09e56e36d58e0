package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.SplittableRandom;

/**
 * A random reservoir that is never trained, h_t = tanh(W x_t + U h_{t-1} + b), with U scaled to a spectral radius at which the initial state
 * fades, and a linear readout y_t = V [h_t; x_t; 1] by ridge regression. Jaeger 2001, "The 'echo state' approach to analysing and training
 * recurrent neural networks". The reservoir is an {@link Rnn}; one number in, one number out.
 */
public final class EchoStateNetwork implements AutoCloseable {
    private final Rnn reservoir;
    private final int units;
    private final RecurrentState state;
    private double[] readout = new double[0];

    /**
     * Draws the reservoir: inputs and biases from [−½, ½], U with ten connections a unit.
     *
     * @param units of the reservoir
     * @param radius spectral radius of U
     */
    public EchoStateNetwork(int units, double radius, BackendKind backend, long seed) {
        this.units = units;
        reservoir = Rnn.builder(1, units).backend(backend).build();
        state = reservoir.newState(1);
        SplittableRandom random = new SplittableRandom(seed);
        double[] u = new double[units * units];
        for (int i = 0; i < units; i++) {
            for (int k = 0; k < 10; k++) {
                u[i * units + random.nextInt(units)] = random.nextDouble(-1, 1);
            }
        }
        double scale = radius / LinearAlgebra.spectralRadius(u, units);
        reservoir.weights().update(view -> {
            view.get("weight_hh_l0").copyFrom(floats(u, scale));
            view.get("weight_ih_l0")
                    .copyFrom(floats(random.doubles(units, -0.5, 0.5).toArray(), 1));
            view.get("bias_ih_l0")
                    .copyFrom(floats(random.doubles(units, -0.5, 0.5).toArray(), 1));
            view.get("bias_hh_l0").fill(0);
        });
    }

    private static float[] floats(double[] values, double scale) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) (values[i] * scale);
        }
        return floats;
    }

    /** The spectral radius of U. */
    public double spectralRadius() {
        float[] u = reservoir.weights().get("weight_hh_l0");
        double[] wide = new double[u.length];
        for (int i = 0; i < u.length; i++) {
            wide[i] = u[i];
        }
        return LinearAlgebra.spectralRadius(wide, units);
    }

    /** Resets the state of the reservoir; the readout stays. */
    public void reset() {
        state.reset();
    }

    /**
     * Runs a series through the reservoir from its current state, and fits the readout to predict each next value.
     *
     * @param series at least {@code washout + 2} values
     * @param washout first values that the fit leaves out, while the initial state of the reservoir fades
     * @param lambda penalty of the ridge regression
     */
    public void fit(double[] series, int washout, double lambda) {
        int rows = series.length - 1 - washout;
        if (rows < 1) {
            throw new IllegalArgumentException(
                    "series: " + series.length + " values (expected: at least washout + 2 = " + (washout + 2) + ")");
        }
        int columns = units + 2;
        double[] x = new double[rows * columns];
        double[] y = new double[rows];
        float[][] states = run(series, series.length - 1);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(features(states[washout + r], series[washout + r]), 0, x, r * columns, columns);
            y[r] = series[washout + r + 1];
        }
        readout = LinearAlgebra.ridge(x, y, rows, columns, 1, lambda);
    }

    /** Runs a series through the reservoir, then forecasts {@code steps} values: each forecast is the next input. */
    public double[] forecast(double[] series, int steps) {
        double[] answers = new double[steps];
        double value = series[series.length - 1];
        float[] last = run(series, series.length)[series.length - 1];
        for (int t = 0; t < steps; t++) {
            double answer = 0;
            double[] features = features(last, value);
            for (int i = 0; i < features.length; i++) {
                answer += readout[i] * features[i];
            }
            answers[t] = answer;
            value = answer;
            last = run(new double[] {answer}, 1)[0];
        }
        return answers;
    }

    /** The states of the reservoir after each of the first values. */
    float[][] run(double[] series, int steps) {
        float[][] states = new float[steps][];
        try (FloatTensor x = reservoir.newInput(steps, 1);
                FloatTensor h = reservoir.newOutput(steps, 1)) {
            for (int t = 0; t < steps; t++) {
                x.set(t, (float) series[t]);
            }
            reservoir.infer(x, null, state, h, state);
            for (int t = 0; t < steps; t++) {
                states[t] = h.slice(t, 1).toArray();
            }
        }
        return states;
    }

    private static double[] features(float[] state, double input) {
        double[] features = new double[state.length + 2];
        for (int i = 0; i < state.length; i++) {
            features[i] = state[i];
        }
        features[state.length] = input;
        features[state.length + 1] = 1;
        return features;
    }

    @Override
    public void close() {
        state.close();
        reservoir.close();
    }
}
