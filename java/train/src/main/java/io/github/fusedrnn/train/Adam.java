package io.github.fusedrnn.train;

import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.Objects;

/**
 * Adam (Kingma &amp; Ba 2015, algorithm 1): m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; w −= rate m̂ / (√v̂ + ε),
 * with m̂ = m / (1 − β₁^step) and v̂ = v / (1 − β₂^step). Weight decay is added to g, or, decoupled (AdamW, Loshchilov
 * &amp; Hutter 2019), w is first multiplied by 1 − rate · weightDecay.
 */
public final class Adam extends Optimizer {
    private static final String FIRST = "m";
    private static final String SECOND = "v";

    private final Builder options;

    private Adam(Builder builder) {
        super(builder.parameters, builder.learningRate, List.of(FIRST, SECOND));
        options = builder.copy();
    }

    /** A builder of optimisers of these parameters. */
    public static Builder builder(Parameters parameters) {
        return new Builder(parameters);
    }

    @Override
    public String kind() {
        return options.decoupled ? "adamw" : "adam";
    }

    @Override
    void apply(DenseOps ops, String block, FloatTensor weights, FloatTensor gradients, long step) {
        ops.adam(
                weights,
                gradients,
                Objects.requireNonNull(state(FIRST, block)),
                Objects.requireNonNull(state(SECOND, block)),
                new DenseOps.AdamStep(
                        learningRate(),
                        options.beta1,
                        options.beta2,
                        options.epsilon,
                        options.weightDecay,
                        options.decoupled,
                        step));
    }

    /** Builds {@link Adam} optimisers. */
    public static final class Builder {
        private final Parameters parameters;
        private float learningRate = 1e-3f;
        private float beta1 = 0.9f;
        private float beta2 = 0.999f;
        private float epsilon = 1e-8f;
        private float weightDecay;
        private boolean decoupled;

        private Builder(Parameters parameters) {
            this.parameters = parameters;
        }

        private Builder copy() {
            return new Builder(parameters)
                    .learningRate(learningRate)
                    .betas(beta1, beta2)
                    .epsilon(epsilon)
                    .weightDecay(weightDecay)
                    .decoupled(decoupled);
        }

        /** Default 0.001. */
        public Builder learningRate(float value) {
            Checks.notNegative("learningRate", value);
            this.learningRate = value;
            return this;
        }

        /** Decay of the two moments, each 0 ≤ β &lt; 1; default 0.9 and 0.999. */
        public Builder betas(float first, float second) {
            Checks.argument(first >= 0 && first < 1, "beta1", first, "0 <= beta < 1");
            Checks.argument(second >= 0 && second < 1, "beta2", second, "0 <= beta < 1");
            this.beta1 = first;
            this.beta2 = second;
            return this;
        }

        /** Default 1e-8. */
        public Builder epsilon(float value) {
            Checks.argument(value > 0 && Float.isFinite(value), "epsilon", value, "a finite number > 0");
            this.epsilon = value;
            return this;
        }

        /** Default 0. */
        public Builder weightDecay(float value) {
            Checks.notNegative("weightDecay", value);
            this.weightDecay = value;
            return this;
        }

        /** AdamW's form of weight decay; default false. */
        public Builder decoupled(boolean value) {
            this.decoupled = value;
            return this;
        }

        /** A new optimiser, which the caller closes. */
        public Adam build() {
            return new Adam(this);
        }
    }
}
