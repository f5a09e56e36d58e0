package io.github.fusedrnn.config;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.Objects;

/**
 * An activation function of a gate, with ONNX's names and formulas.
 *
 * @param kind the function
 * @param alpha its first parameter; 0 for functions without one
 * @param beta its second parameter; 0 for functions without one
 */
public record Activation(Kind kind, float alpha, float beta) {

    /** The functions; the order is that of the native library's FR_ACT_* constants. */
    public enum Kind {
        /** 1 / (1 + e^−x). */
        SIGMOID,
        /** tanh(x). */
        TANH,
        /** max(0, x). */
        RELU,
        /** x. */
        IDENTITY,
        /** max(0, min(1, αx + β)). */
        HARD_SIGMOID,
        /** x / (1 + |x|). */
        SOFTSIGN,
        /** log(1 + e^x). */
        SOFTPLUS,
        /** x if x ≥ 0, else α(e^x − 1). */
        ELU,
        /** x if x ≥ 0, else αx. */
        LEAKY_RELU,
        /** x if x ≥ α, else 0. */
        THRESHOLDED_RELU,
        /** α tanh(βx). */
        SCALED_TANH,
        /** αx + β. */
        AFFINE
    }

    /** {@link Kind#SIGMOID}. */
    public static final Activation SIGMOID = new Activation(Kind.SIGMOID, 0, 0);
    /** {@link Kind#TANH}. */
    public static final Activation TANH = new Activation(Kind.TANH, 0, 0);
    /** {@link Kind#RELU}. */
    public static final Activation RELU = new Activation(Kind.RELU, 0, 0);
    /** {@link Kind#IDENTITY}. */
    public static final Activation IDENTITY = new Activation(Kind.IDENTITY, 0, 0);
    /** {@link Kind#SOFTSIGN}. */
    public static final Activation SOFTSIGN = new Activation(Kind.SOFTSIGN, 0, 0);
    /** {@link Kind#SOFTPLUS}. */
    public static final Activation SOFTPLUS = new Activation(Kind.SOFTPLUS, 0, 0);

    /** Refuses parameters that are not finite. */
    public Activation {
        Objects.requireNonNull(kind, "kind");
        if (!Float.isFinite(alpha) || !Float.isFinite(beta)) {
            throw Checks.wrong("activation " + kind, "alpha = " + alpha + ", beta = " + beta, "finite numbers");
        }
    }

    /** max(0, min(1, αx + β)); ONNX's defaults are α = 0.2, β = 0.5. */
    public static Activation hardSigmoid(float alpha, float beta) {
        return new Activation(Kind.HARD_SIGMOID, alpha, beta);
    }

    /** x if x ≥ 0, else α(e^x − 1); ONNX's default is α = 1. */
    public static Activation elu(float alpha) {
        return new Activation(Kind.ELU, alpha, 0);
    }

    /** x if x ≥ 0, else αx; ONNX's default is α = 0.01. */
    public static Activation leakyRelu(float alpha) {
        return new Activation(Kind.LEAKY_RELU, alpha, 0);
    }

    /** x if x ≥ α, else 0; ONNX's default is α = 1. */
    public static Activation thresholdedRelu(float alpha) {
        return new Activation(Kind.THRESHOLDED_RELU, alpha, 0);
    }

    /** α tanh(βx). */
    public static Activation scaledTanh(float alpha, float beta) {
        return new Activation(Kind.SCALED_TANH, alpha, beta);
    }

    /** αx + β. */
    public static Activation affine(float alpha, float beta) {
        return new Activation(Kind.AFFINE, alpha, beta);
    }
}
