package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Activation;

/**
 * The activation functions in float64, with their derivatives and their kinks. Formulas: ONNX operator specification, RNN, GRU and LSTM.
 * NaN in gives NaN out, everywhere.
 */
final class Activations {
    private Activations() {}

    /** f(x). */
    static double value(Activation f, double x) {
        double alpha = f.alpha();
        double beta = f.beta();
        return switch (f.kind()) {
            case SIGMOID -> sigmoid(x);
            case TANH -> Math.tanh(x);
            case RELU -> Math.max(0, x);
            case IDENTITY -> x;
            case HARD_SIGMOID -> Math.max(0, Math.min(1, alpha * x + beta));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            // log(1 + e^x) without the overflow of e^x
            case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            case ELU -> x >= 0 ? x : alpha * Math.expm1(x);
            case LEAKY_RELU -> x >= 0 ? x : alpha * x;
            case THRESHOLDED_RELU -> x < alpha ? 0 : x;
            case SCALED_TANH -> alpha * Math.tanh(beta * x);
            case AFFINE -> alpha * x + beta;
        };
    }

    /** f'(x), given y = f(x). At a kink: relu and hard sigmoid have 0, the other functions the derivative of their upper side. */
    static double derivative(Activation f, double x, double y) {
        double alpha = f.alpha();
        double beta = f.beta();
        return switch (f.kind()) {
            case SIGMOID -> y * (1 - y);
            case TANH -> 1 - y * y;
            case RELU -> x > 0 ? 1 : 0;
            case IDENTITY -> 1;
            case HARD_SIGMOID -> y > 0 && y < 1 ? alpha : 0;
            case SOFTSIGN -> {
                double d = 1 + Math.abs(x);
                yield 1 / (d * d);
            }
            case SOFTPLUS -> sigmoid(x);
            case ELU -> x >= 0 ? 1 : alpha * Math.exp(x);
            case LEAKY_RELU -> x >= 0 ? 1 : alpha;
            case THRESHOLDED_RELU -> x < alpha ? 0 : 1;
            case SCALED_TANH -> {
                double t = Math.tanh(beta * x);
                yield alpha * beta * (1 - t * t);
            }
            case AFFINE -> alpha;
        };
    }

    /** Whether f has a kink (or a jump) anywhere. */
    static boolean hasKinks(Activation f) {
        return switch (f.kind()) {
            case RELU, LEAKY_RELU, THRESHOLDED_RELU, HARD_SIGMOID -> true;
            // for alpha = 1 both sides have the slope 1
            case ELU -> f.alpha() != 1;
            default -> false;
        };
    }

    /**
     * Which smooth piece of f the value x lies on. Two values on one piece have no kink between them; central differences across a kink
     * say nothing about the derivative, so the checks compare pieces.
     */
    static byte piece(Activation f, double x) {
        return switch (f.kind()) {
            case RELU -> side(x > 0);
            case ELU -> side(f.alpha() == 1 || x >= 0);
            case LEAKY_RELU -> side(x >= 0);
            case THRESHOLDED_RELU -> side(x >= f.alpha());
            case HARD_SIGMOID -> {
                double y = f.alpha() * x + f.beta();
                yield (byte) (y <= 0 ? 0 : y < 1 ? 1 : 2);
            }
            default -> 0;
        };
    }

    /** x brought into [−bound, bound]; bound 0 means none. */
    static double clip(double bound, double x) {
        return bound == 0 ? x : Math.max(-bound, Math.min(bound, x));
    }

    /** Derivative of {@link #clip}: 0 where it changed x, else 1. */
    static double clipDerivative(double bound, double x) {
        return bound == 0 || Math.abs(x) <= bound ? 1 : 0;
    }

    /** Which smooth piece of {@link #clip} the value lies on. */
    static byte clipPiece(double bound, double x) {
        return (byte) (bound == 0 || Math.abs(x) <= bound ? 1 : x < 0 ? 0 : 2);
    }

    private static byte side(boolean upper) {
        return (byte) (upper ? 1 : 0);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
