package io.github.fusedrnn;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.internal.checks.Checks;

/**
 * Gated recurrent unit: r,z = σ(·), n = tanh(W_in x + b_in + r∘(W_hn h + b_hn)), h' = (1−z)∘n + z∘h; gate order r, z, n. Cho et al. 2014, with
 * the reset after the product as in cuDNN unless {@link Builder#reset} says otherwise.
 *
 * <pre>{@code
 * try (Gru gru = Gru.builder(64, 128).layers(2).bidirectional().build()) { … }
 * }</pre>
 */
public final class Gru extends RecurrentLayer {
    private Gru(Builder builder) {
        super(builder);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(RecurrentConfig.gru(inputSize, hiddenSize));
    }

    /**
     * A builder for the layer that {@code config} describes.
     *
     * @throws IllegalArgumentException if {@code config} is of another cell
     */
    public static Builder builder(RecurrentConfig config) {
        Checks.argument(config.cell() == CellKind.GRU, "config.cell", config.cell(), "GRU");
        return new Builder(config.toBuilder());
    }

    /** Builds {@link Gru} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(RecurrentConfig.Builder config) {
            super(config);
        }

        /** Where the reset gate acts; default {@link ResetPlacement#AFTER}. */
        public Builder reset(ResetPlacement reset) {
            config.reset(reset);
            return this;
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        public Gru build() {
            return new Gru(this);
        }
    }
}
