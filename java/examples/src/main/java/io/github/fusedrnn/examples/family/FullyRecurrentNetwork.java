package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Every unit is connected to every unit and every input, and some of the units are the output: s_t = f(W x_t + U s_{t-1} + b). Williams and Zipser 1989,
 * "A learning algorithm for continually running fully recurrent neural networks"; there is no output layer. The layer is an {@link Rnn}.
 */
public final class FullyRecurrentNetwork implements StateNetwork {
    private final Rnn layer;
    private final Gradients gradients;
    private final Parameters parameters;

    /** Draws the weights. The first units are the output, as many as a target has; f is the sigmoid in the paper, any activation here. */
    public FullyRecurrentNetwork(int inputSize, int units, Activation f, BackendKind backend, long seed) {
        layer = Rnn.builder(inputSize, units)
                .activation(f)
                .backend(backend)
                .seed(seed)
                .build();
        gradients = layer.newGradients();
        parameters = Parameters.builder().add("units", layer, gradients).build();
    }

    @Override
    public int inputSize() {
        return layer.config().inputSize();
    }

    @Override
    public int stateSize() {
        return layer.config().hiddenSize();
    }

    @Override
    public BackendKind backend() {
        return layer.backend();
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        return tapeStep(x, state, next);
    }

    /** The same step, whose backward can also give the gradient of the input. */
    TapeStep tapeStep(FloatTensor x, FloatTensor state, FloatTensor next) {
        return new TapeStep(x, state, next);
    }

    @Override
    public void close() {
        gradients.close();
        layer.close();
    }

    /** One step of the layer with its tape. */
    final class TapeStep implements Step {
        private final RecurrentState before;
        private final Tape tape;

        TapeStep(FloatTensor x, FloatTensor state, FloatTensor next) {
            before = layer.newState(1);
            before.h().copyFrom(state);
            tape = layer.forward(x.reshape(1, 1, inputSize()), null, before, next.reshape(1, 1, stateSize()), null);
        }

        @Override
        public void backward(FloatTensor dNext, FloatTensor dState) {
            backward(dNext, dState, null);
        }

        /** The same with the gradient of the input {@code [1, C]}, overwritten. */
        void backward(FloatTensor dNext, FloatTensor dState, @Nullable FloatTensor dx) {
            try (RecurrentState dBefore = layer.newState(1)) {
                tape.backward(
                        dNext.reshape(1, 1, stateSize()),
                        null,
                        dx == null ? null : dx.reshape(1, 1, inputSize()),
                        dBefore,
                        gradients);
                dState.copyFrom(dBefore.h());
            }
        }

        @Override
        public void close() {
            tape.close();
            before.close();
        }
    }
}
