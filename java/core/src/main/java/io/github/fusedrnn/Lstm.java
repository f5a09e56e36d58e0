package io.github.fusedrnn;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.checks.Checks;

/**
 * Long short-term memory: i,f,o = σ(·), g = tanh(·), c' = f∘c + i∘g, h' = o∘tanh(c'); gate order i, f, g, o. Hochreiter &amp; Schmidhuber 1997
 * with the forget gate of Gers et al. 2000. With projection h' = W_hr (o∘tanh(c')), Sak et al. 2014.
 *
 * <pre>{@code
 * try (Lstm lstm = Lstm.builder(64, 128).layers(2).build();
 *         FloatTensor x = lstm.newInput(50, 8);
 *         RecurrentOutput out = lstm.infer(x)) {
 *     float[] y = out.y().toArray(); // [50, 8, 128]
 * }
 * }</pre>
 */
public final class Lstm extends RecurrentLayer {
    private Lstm(Builder builder) {
        super(builder);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(RecurrentConfig.lstm(inputSize, hiddenSize));
    }

    /**
     * A builder for the layer that {@code config} describes.
     *
     * @throws IllegalArgumentException if {@code config} is of another cell
     */
    public static Builder builder(RecurrentConfig config) {
        Checks.argument(config.cell() == CellKind.LSTM, "config.cell", config.cell(), "LSTM");
        return new Builder(config.toBuilder());
    }

    /** Builds {@link Lstm} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(RecurrentConfig.Builder config) {
            super(config);
        }

        /** Projects h to this width, 1 ≤ P &lt; H; 0 = no projection, default. */
        public Builder projection(int projectionSize) {
            config.projection(projectionSize);
            return this;
        }

        /** Bounds |c|; h uses the bounded c, and the gradient is 0 where the bound acted. 0 = none, default. */
        public Builder cellClip(float bound) {
            config.cellClip(bound);
            return this;
        }

        /** Lets i and f see the old c, and o the new one (Gers &amp; Schmidhuber 2000); default false. */
        public Builder peepholes(boolean peepholes) {
            config.peepholes(peepholes);
            return this;
        }

        /** f = 1 − i (Greff et al. 2017); default false. */
        public Builder coupledInputForget(boolean coupled) {
            config.coupledInputForget(coupled);
            return this;
        }

        @Override
        Builder self() {
            return this;
        }

        @Override
        public Lstm build() {
            return new Lstm(this);
        }
    }
}
