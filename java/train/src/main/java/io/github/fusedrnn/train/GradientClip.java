package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;

/**
 * Bounds on gradients, between backward and the optimiser's step. Only functions; as thread-safe as the parameters they
 * get.
 */
public final class GradientClip {
    private GradientClip() {}

    /**
     * Bounds every gradient element to [−bound, bound]; NaN stays.
     *
     * @throws IllegalArgumentException if {@code bound} is not positive
     * @throws IllegalStateException if something is closed
     */
    public static void byValue(Parameters parameters, float bound) {
        Checks.argument(bound > 0, "bound", bound, "a number > 0");
        parameters.checkOpen();
        DenseOps ops = Backends.dense(parameters.backend());
        for (ParameterBlock block : parameters.blocks().values()) {
            ops.clamp(block.gradients(), -bound, bound);
        }
    }

    /**
     * Scales all gradients together so that their Euclidean norm is at most {@code maxNorm}. Pascanu, Mikolov &amp;
     * Bengio 2013. A norm that is not finite scales nothing: the caller sees it in the result and can skip the step.
     *
     * @return the norm before scaling
     * @throws IllegalArgumentException if {@code maxNorm} is not positive
     * @throws IllegalStateException if something is closed
     */
    public static double byGlobalNorm(Parameters parameters, double maxNorm) {
        Checks.argument(maxNorm > 0, "maxNorm", maxNorm, "a number > 0");
        double norm = globalNorm(parameters);
        if (norm > maxNorm && Double.isFinite(norm)) {
            DenseOps ops = Backends.dense(parameters.backend());
            for (ParameterBlock block : parameters.blocks().values()) {
                ops.scale(block.gradients(), (float) (maxNorm / norm));
            }
        }
        return norm;
    }

    /**
     * The Euclidean norm of all gradients together.
     *
     * @throws IllegalStateException if something is closed
     */
    public static double globalNorm(Parameters parameters) {
        parameters.checkOpen();
        DenseOps ops = Backends.dense(parameters.backend());
        double squares = 0;
        for (ParameterBlock block : parameters.blocks().values()) {
            squares += ops.sumOfSquares(block.gradients());
        }
        return Math.sqrt(squares);
    }
}
