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
 * Weights on products of an input and a state: s_t[i] = σ(Σ_j Σ_k W[k, i, j] s_{t-1}[j] x_t[k]). With one-hot inputs the symbol selects a matrix of
 * transitions, as in the finite automaton that the network learns. Giles et al. 1992, "Learning and extracting finite state automata with
 * second-order recurrent neural networks". The first state is one-hot, (1, 0, …).
 */
public final class SecondOrderRnn implements StateNetwork {
    private final int inputSize;
    private final BackendKind backend;
    private final DenseOps ops;
    private final Dense transitions; // [C S, S]: all symbols' products of one state
    private final Parameters parameters;

    /** Draws the weights from [−1, 1], as published. */
    public SecondOrderRnn(int inputSize, int units, BackendKind backend, long seed) {
        this.inputSize = inputSize;
        this.backend = backend;
        ops = Backends.dense(backend);
        transitions = Dense.builder(units, inputSize * units)
                .bias(false)
                .initialize(Initialization.uniform(-1, 1))
                .backend(backend)
                .seed(seed)
                .build();
        parameters = Parameters.builder().add("transitions", transitions).build();
    }

    @Override
    public int inputSize() {
        return inputSize;
    }

    @Override
    public int stateSize() {
        return transitions.in();
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
        state.fill(0);
        state.set(0, 1);
    }

    @Override
    public Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        FloatTensor candidates = FloatTensor.allocate(backend, 1, transitions.out());
        transitions.forward(state, candidates);
        ops.gemm(false, false, 1, stateSize(), inputSize, 1, x, candidates, 0, next);
        ops.activate(Activation.SIGMOID, next, next);
        return new Step() {
            @Override
            public void backward(FloatTensor dNext, FloatTensor dState) {
                try (FloatTensor dz = FloatTensor.allocate(backend, 1, stateSize());
                        FloatTensor dCandidates = FloatTensor.allocate(backend, 1, transitions.out())) {
                    ops.activateBackward(Activation.SIGMOID, next, next, dNext, dz);
                    ops.gemm(true, false, inputSize, stateSize(), 1, 1, x, dz, 0, dCandidates);
                    transitions.backward(state, candidates, dCandidates, dState);
                }
            }

            @Override
            public void close() {
                candidates.close();
            }
        };
    }

    @Override
    public void close() {
        transitions.close();
    }
}
