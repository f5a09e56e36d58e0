package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.Parameters;

/**
 * One network computes the weights of another: the context network gives W_t = V [s_{t-1}; 1], the function network s_t = σ(W_t [x_t; 1]). Pollack
 * 1991, "The induction of dynamical recognizers". The first state is (½, …, ½).
 */
public final class SequentialCascadedNetwork implements StateNetwork {
    private final int inputSize;
    private final BackendKind backend;
    private final DenseOps ops;
    private final Dense context; // [S (C + 1), S], and a bias for its constant input
    private final Parameters parameters;

    /** Draws the weights from [−1, 1]. */
    public SequentialCascadedNetwork(int inputSize, int units, BackendKind backend, long seed) {
        this.inputSize = inputSize;
        this.backend = backend;
        ops = Backends.dense(backend);
        context = Dense.builder(units, units * (inputSize + 1))
                .initialize(Initialization.uniform(-1, 1))
                .initializeBias(Initialization.uniform(-1, 1))
                .backend(backend)
                .seed(seed)
                .build();
        parameters = Parameters.builder().add("context", context).build();
    }

    @Override
    public int inputSize() {
        return inputSize;
    }

    @Override
    public int stateSize() {
        return context.in();
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
    public void start(FloatTensor state) {
        state.fill(0.5f);
    }

    /** The weights {@code [S, C + 1]} that the function network has after a state; the caller closes them. */
    FloatTensor functionWeights(FloatTensor state) {
        FloatTensor weights = FloatTensor.allocate(backend, 1, context.out());
        context.forward(state, weights);
        return weights;
    }

    @Override
    public Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        int columns = inputSize + 1;
        FloatTensor weights = functionWeights(state);
        FloatTensor input = FloatTensor.allocate(backend, 1, columns);
        input.reshape(columns).slice(0, inputSize).copyFrom(x);
        input.set(inputSize, 1);
        ops.gemm(false, true, 1, stateSize(), columns, 1, input, weights, 0, next);
        ops.activate(Activation.SIGMOID, next, next);
        return new Step() {
            @Override
            public void backward(FloatTensor dNext, FloatTensor dState) {
                try (FloatTensor dz = FloatTensor.allocate(backend, 1, stateSize());
                        FloatTensor dWeights = FloatTensor.allocate(backend, 1, context.out())) {
                    ops.activateBackward(Activation.SIGMOID, next, next, dNext, dz);
                    ops.gemm(true, false, stateSize(), columns, 1, 1, dz, input, 0, dWeights);
                    context.backward(state, weights, dWeights, dState);
                }
            }

            @Override
            public void close() {
                weights.close();
                input.close();
            }
        };
    }

    @Override
    public void close() {
        context.close();
    }
}
