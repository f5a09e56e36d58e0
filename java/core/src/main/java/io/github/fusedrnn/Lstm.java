package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.List;

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
    private final LstmConfig config;

    private Lstm(RecurrentDesc desc, Builder builder) {
        super(desc, builder);
        this.config = new LstmConfig(desc);
    }

    /** A builder of layers that read C = {@code inputSize} and have H = {@code hiddenSize} units. */
    public static Builder builder(int inputSize, int hiddenSize) {
        return new Builder(inputSize, hiddenSize);
    }

    /** A builder with all that a config says. */
    public static Builder builder(LstmConfig config) {
        return new Builder(config.inputSize(), config.hiddenSize()).describedBy(config.desc());
    }

    /** What this layer computes. */
    public LstmConfig config() {
        return config;
    }

    /** Builds {@link Lstm} layers. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private Builder(int inputSize, int hiddenSize) {
            super(CellKind.LSTM, inputSize, hiddenSize, List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH));
        }

        /** Projects h to this width, 1 ≤ P &lt; H; 0 = no projection, default. */
        public Builder projection(int projectionSize) {
            this.projectionSize = projectionSize;
            return this;
        }

        /** Bounds |c|; h uses the bounded c, and the gradient is 0 where the bound acted. 0 = none, default. */
        public Builder cellClip(float bound) {
            this.cellClip = bound;
            return this;
        }

        /** Lets i and f see the old c, and o the new one (Gers &amp; Schmidhuber 2000); default false. */
        public Builder peepholes(boolean peepholes) {
            this.peepholes = peepholes;
            return this;
        }

        /** f = 1 − i (Greff et al. 2017); default false. */
        public Builder coupledInputForget(boolean coupled) {
            this.coupledInputForget = coupled;
            return this;
        }

        @Override
        Builder self() {
            return this;
        }

        /** The config alone, checked. */
        public LstmConfig config() {
            return new LstmConfig(desc());
        }

        @Override
        public Lstm build() {
            return new Lstm(desc(), this);
        }
    }
}
