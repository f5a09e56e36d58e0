package io.github.fusedrnn.examples.family;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Parameters;

/**
 * A network whose whole memory is one vector: s_t = F(x_t, s_{t-1}), stepped over one sequence at a time. {@link Unrolled} runs and trains
 * any of them. One thread at a time.
 */
public interface StateNetwork extends AutoCloseable {
    /** C: width of the input. */
    int inputSize();

    /** S: width of the state, whose first units are the output. */
    int stateSize();

    /** The backend. */
    BackendKind backend();

    /** The trainable parameters. */
    Parameters parameters();

    /** Writes s_0, zeros by default, into {@code state} {@code [1, S]}. */
    default void start(FloatTensor state) {
        state.fill(0);
    }

    /**
     * One step, keeping what its backward needs.
     *
     * @param x input {@code [1, C]}, not changed until the step is closed
     * @param state s_{t-1} {@code [1, S]}, not changed until the step is closed
     * @param next s_t {@code [1, S]}, overwritten, not changed until the step is closed
     */
    Step step(FloatTensor x, FloatTensor state, FloatTensor next);

    @Override
    void close();

    /** One step with what its backward needs. */
    interface Step extends AutoCloseable {
        /**
         * Adds to the gradients of the parameters.
         *
         * @param dNext gradient of s_t, read only
         * @param dState gradient of s_{t-1}, overwritten
         */
        void backward(FloatTensor dNext, FloatTensor dState);

        @Override
        void close();
    }
}
