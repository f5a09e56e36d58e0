package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.spi.PlanSize;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which algorithm a layer's plans use when nothing was measured: the one requested, else the rule's. Immutable, free to share. */
final class AlgorithmRule {
    private static final String AUTO = "auto";

    private final RecurrentConfig config;
    private final MathMode math;
    private final EngineOptions options;
    private final @Nullable Algorithm requested;

    /**
     * The rule for a layer.
     *
     * @throws IllegalArgumentException if the requested algorithm is unknown, or cuDNN does not have it for this layer
     */
    AlgorithmRule(RecurrentConfig config, MathMode math, EngineOptions options) {
        this.config = config;
        this.math = math;
        this.options = options;
        this.requested = requested();
    }

    private @Nullable Algorithm requested() {
        String label = options.cudnn().algorithm();
        if (label.equals(AUTO)) {
            return null;
        }
        Algorithm algorithm = Algorithm.of(label);
        if (algorithm == null) {
            throw new IllegalArgumentException(
                    "cudnnAlgorithm: '" + label + "' (expected: auto, standard, persist or smallh)");
        }
        String refusal = algorithm.refusal(config);
        if (refusal != null) {
            throw new IllegalArgumentException(
                    "cudnnAlgorithm: '" + label + "' (expected: standard or auto; " + refusal + ")");
        }
        return algorithm;
    }

    /** Every algorithm that a plan of the layer may run. */
    List<Algorithm> possible() {
        if (requested != null) {
            return requested == Algorithm.STANDARD
                    ? List.of(Algorithm.STANDARD)
                    : List.of(Algorithm.STANDARD, requested);
        }
        List<Algorithm> candidates = Algorithm.candidates(config, false);
        if (options.choices() != PlanChoices.RULE) {
            return candidates;
        }
        List<Algorithm> byRule = new ArrayList<>(List.of(Algorithm.STANDARD));
        for (Algorithm each : candidates) {
            if (each != Algorithm.STANDARD && Algorithm.ruleMayTake(each, config, math)) {
                byRule.add(each);
            }
        }
        return byRule;
    }

    /** Whether the choice is open to measurement: no algorithm was requested. */
    boolean isOpen() {
        return requested == null;
    }

    /** The algorithm requested, else the rule's. */
    AlgorithmChoice choose(PlanSize size) {
        if (requested != null) {
            return new AlgorithmChoice(requested, "as requested (cudnnAlgorithm)");
        }
        Algorithm algorithm = Algorithm.byRule(config, math, size.n(), size.training());
        String why = algorithm == Algorithm.STANDARD
                ? "by rule: " + Algorithm.whyStandard(config, size.training())
                : "by rule, from cell and sizes";
        return new AlgorithmChoice(algorithm, why);
    }
}
