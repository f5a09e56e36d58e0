package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Parameters;

/**
 * Feeds back its output, not its hidden state: h_t = tanh(W x_t + U y_{t-1} + b), y_t = σ(V h_t + c). Jordan 1986, "Serial order: a parallel
 * distributed processing approach"; the context units, which decay there, are the last output here. The state is y.
 */
public final class JordanNetwork implements StateNetwork {
    private final int inputSize;
    private final BackendKind backend;
    private final Dense hidden;
    private final Dense output;
    private final Parameters parameters;

    /** Draws the weights; {@code outputs} is the width of y. */
    public JordanNetwork(int inputSize, int hiddenSize, int outputs, BackendKind backend, long seed) {
        this.inputSize = inputSize;
        this.backend = backend;
        hidden = Dense.builder(inputSize + outputs, hiddenSize)
                .activation(Activation.TANH)
                .backend(backend)
                .seed(seed)
                .build();
        output = Dense.builder(hiddenSize, outputs)
                .activation(Activation.SIGMOID)
                .backend(backend)
                .seed(seed + 1)
                .build();
        parameters =
                Parameters.builder().add("hidden", hidden).add("output", output).build();
    }

    @Override
    public int inputSize() {
        return inputSize;
    }

    @Override
    public int stateSize() {
        return output.out();
    }

    @Override
    public BackendKind backend() {
        return backend;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        FloatTensor both = FloatTensor.allocate(backend, 1, hidden.in());
        FloatTensor h = FloatTensor.allocate(backend, 1, hidden.out());
        part(both, 0, inputSize).copyFrom(x);
        part(both, inputSize, stateSize()).copyFrom(state);
        hidden.forward(both, h);
        output.forward(h, next);
        return new Step() {
            @Override
            public void backward(FloatTensor dNext, FloatTensor dState) {
                try (FloatTensor dh = FloatTensor.allocate(backend, h.dims());
                        FloatTensor dBoth = FloatTensor.allocate(backend, both.dims())) {
                    output.backward(h, next, dNext, dh);
                    hidden.backward(both, h, dh, dBoth);
                    dState.copyFrom(part(dBoth, inputSize, stateSize()));
                }
            }

            @Override
            public void close() {
                both.close();
                h.close();
            }
        };
    }

    private static FloatTensor part(FloatTensor row, int first, int count) {
        return row.reshape(row.size()).slice(first, count);
    }

    @Override
    public void close() {
        hidden.close();
        output.close();
    }
}
