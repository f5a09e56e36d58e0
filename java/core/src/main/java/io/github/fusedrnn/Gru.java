package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.List;

/**
 * Gated recurrent unit: r,z = σ(·), n = tanh(W_in x + b_in + r∘(W_hn h + b_hn)), h' = (1−z)∘n + z∘h; gate order r, z, n. Cho et al. 2014, with
 * the reset after the product as in cuDNN unless {@link Builder#reset} says otherwise.
 *
 * <pre>{@code
 * try (Gru gru = Gru.builder(64, 128).layers(2).bidirectional().build()) { … }
 * }</pre>
 */
public final class Gru extends RecurrentLayer {
    private final GruConfig config;

    private Gru(RecurrentDesc desc, Builder builder) {
        super(desc, builder);
        this.config = new GruConfig(desc);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(inputSize, hiddenSize);
    }

    /** A builder with all that a config says. */
    public static Builder builder(GruConfig config) {
        return new Builder(config.inputSize(), config.hiddenSize()).describedBy(config.desc());
    }

    /** What this layer computes. */
    public GruConfig config() {
        return config;
    }

    /** Builds {@link Gru} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(int inputSize, int hiddenSize) {
            super(CellKind.GRU, inputSize, hiddenSize, List.of(Activation.SIGMOID, Activation.TANH));
        }

        /** Where the reset gate acts; default {@link ResetPlacement#AFTER}. */
        public Builder reset(ResetPlacement reset) {
            this.reset = Checks.notNull("reset", reset);
            return this;
        }

        @Override
        Builder self() {
            return this;
        }

        /** The config alone, checked. */
        public GruConfig config() {
            return new GruConfig(desc());
        }

        @Override
        public Gru build() {
            return new Gru(desc(), this);
        }
    }
}
