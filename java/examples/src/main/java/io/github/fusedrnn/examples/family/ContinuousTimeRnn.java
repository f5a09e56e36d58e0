package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Parameters;

/**
 * A differential equation, τ ds/dt = −s + tanh(W x + U s + b), stepped by Euler's rule: s_t = (1 − Δt/τ) s_{t-1} + Δt/τ tanh(…). Funahashi and
 * Nakamura 1993, "Approximation of dynamical systems by continuous time recurrent neural networks". With Δt = τ it is the plain RNN.
 */
public final class ContinuousTimeRnn implements StateNetwork {
    private final FullyRecurrentNetwork target;
    private final float share;
    private final DenseOps ops;

    /**
     * Draws the weights.
     *
     * @param share Δt/τ, 0 &lt; share ≤ 1
     */
    public ContinuousTimeRnn(int inputSize, int units, float share, BackendKind backend, long seed) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: 0 < share <= 1)");
        }
        this.share = share;
        target = new FullyRecurrentNetwork(inputSize, units, Activation.TANH, backend, seed);
        ops = Backends.dense(backend);
    }

    @Override
    public int inputSize() {
        return target.inputSize();
    }

    @Override
    public int stateSize() {
        return target.stateSize();
    }

    @Override
    public BackendKind backend() {
        return target.backend();
    }

    @Override
    public Parameters parameters() {
        return target.parameters();
    }

    @Override
    public Step step(FloatTensor x, FloatTensor state, FloatTensor next) {
        FloatTensor drawn = FloatTensor.allocate(backend(), 1, stateSize());
        Step toward = target.step(x, state, drawn);
        next.copyFrom(state);
        ops.scale(next, 1 - share);
        ops.axpy(share, drawn, next);
        return new Step() {
            @Override
            public void backward(FloatTensor dNext, FloatTensor dState) {
                try (FloatTensor dDrawn = FloatTensor.allocate(backend(), 1, stateSize())) {
                    ops.axpy(share, dNext, dDrawn);
                    toward.backward(dDrawn, dState);
                    ops.axpy(1 - share, dNext, dState);
                }
            }

            @Override
            public void close() {
                toward.close();
                drawn.close();
            }
        };
    }

    @Override
    public void close() {
        target.close();
    }
}
