package io.github.fusedrnn;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;

/**
 * Elman's recurrent network: h' = f(W_ih x + b_ih + W_hh h + b_hh), f = tanh by default. Elman 1990.
 *
 * <pre>{@code
 * try (Rnn rnn = Rnn.builder(64, 128).activation(Activation.RELU).build()) { … }
 * }</pre>
 */
public final class Rnn extends RecurrentLayer {
    private Rnn(Builder builder) {
        super(builder);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(RecurrentConfig.rnn(inputSize, hiddenSize));
    }

    /**
     * A builder for the layer that {@code config} describes.
     *
     * @throws IllegalArgumentException if {@code config} is of another cell
     */
    public static Builder builder(RecurrentConfig config) {
        Checks.argument(config.cell() == CellKind.RNN, "config.cell", config.cell(), "RNN");
        return new Builder(config.toBuilder());
    }

    /** Builds {@link Rnn} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(RecurrentConfig.Builder config) {
            super(config);
        }

        /** The activation f; default tanh. */
        public Builder activation(Activation f) {
            return activations(f);
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        public Rnn build() {
            return new Rnn(this);
        }
    }
}
