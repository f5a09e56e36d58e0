package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.List;

/**
 * Elman's recurrent network: h' = f(W_ih x + b_ih + W_hh h + b_hh), f = tanh by default. Elman 1990.
 *
 * <pre>{@code
 * try (Rnn rnn = Rnn.builder(64, 128).activation(Activation.RELU).build()) { … }
 * }</pre>
 */
public final class Rnn extends RecurrentLayer {
    private final RnnConfig config;

    private Rnn(RecurrentDesc desc, Builder builder) {
        super(desc, builder);
        this.config = new RnnConfig(desc);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(inputSize, hiddenSize);
    }

    /** A builder with all that a config says. */
    public static Builder builder(RnnConfig config) {
        return new Builder(config.inputSize(), config.hiddenSize()).describedBy(config.desc());
    }

    /** What this layer computes. */
    public RnnConfig config() {
        return config;
    }

    /** Builds {@link Rnn} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(int inputSize, int hiddenSize) {
            super(CellKind.RNN, inputSize, hiddenSize, List.of(Activation.TANH));
        }

        /** The activation f; default tanh. */
        public Builder activation(Activation f) {
            return activations(f);
        }

        @Override
        Builder self() {
            return this;
        }

        /** The config alone, checked. */
        public RnnConfig config() {
            return new RnnConfig(desc());
        }

        @Override
        public Rnn build() {
            return new Rnn(desc(), this);
        }
    }
}
