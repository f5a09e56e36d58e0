package io.github.fusedrnn.train;

import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;

/**
 * Stochastic gradient descent: g' = g + weightDecay w; v = momentum v + g'; w −= rate v, or, with Nesterov's form, w −=
 * rate (g' + momentum v). v is zero at the start. Sutskever et al. 2013, with the rate outside v, as PyTorch has it.
 */
public final class Sgd extends Optimizer {
    private static final String VELOCITY = "velocity";

    private final float momentum;
    private final float weightDecay;
    private final boolean nesterov;

    private Sgd(Builder builder) {
        super(builder.parameters, builder.learningRate, builder.momentum > 0 ? List.of(VELOCITY) : List.of());
        momentum = builder.momentum;
        weightDecay = builder.weightDecay;
        nesterov = builder.nesterov;
    }

    /** A builder of optimisers of these parameters. */
    public static Builder builder(Parameters parameters) {
        return new Builder(parameters);
    }

    @Override
    public String kind() {
        return "sgd";
    }

    @Override
    void apply(DenseOps ops, String block, FloatTensor weights, FloatTensor gradients, long step) {
        ops.sgd(weights, gradients, state(VELOCITY, block), learningRate(), momentum, weightDecay, nesterov);
    }

    /** Builds {@link Sgd} optimisers. */
    public static final class Builder {
        private final Parameters parameters;
        private float learningRate = 0.1f;
        private float momentum;
        private float weightDecay;
        private boolean nesterov;

        private Builder(Parameters parameters) {
            this.parameters = parameters;
        }

        /** Default 0.1. */
        public Builder learningRate(float value) {
            Checks.notNegative("learningRate", value);
            this.learningRate = value;
            return this;
        }

        /** Decay of the velocity, 0 ≤ momentum &lt; 1; default 0. */
        public Builder momentum(float value) {
            Checks.argument(value >= 0 && value < 1, "momentum", value, "0 <= momentum < 1");
            this.momentum = value;
            return this;
        }

        /** Default 0. */
        public Builder weightDecay(float value) {
            Checks.notNegative("weightDecay", value);
            this.weightDecay = value;
            return this;
        }

        /** Nesterov's form, which needs momentum; default false. */
        public Builder nesterov(boolean value) {
            this.nesterov = value;
            return this;
        }

        /**
         * A new optimiser, which the caller closes.
         *
         * @throws IllegalArgumentException if Nesterov's form is chosen without momentum
         */
        public Sgd build() {
            Checks.argument(!nesterov || momentum > 0, "nesterov", "true with momentum 0", "momentum > 0");
            return new Sgd(this);
        }
    }
}
