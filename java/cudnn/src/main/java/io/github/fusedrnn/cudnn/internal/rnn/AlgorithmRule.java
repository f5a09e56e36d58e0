package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.rnn.CudnnPlan.PlanSize;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.PlanChoices;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which algorithm a layer's plans take when nothing was measured: the one wished, else by rule. Immutable, free to share. */
final class AlgorithmRule {
    private static final String AUTO = "auto";

    private final RecurrentConfig config;
    private final Numbers numbers;
    private final EngineOptions options;
    private final @Nullable Algorithm wished;

    /**
     * The rule for a layer.
     *
     * @throws IllegalArgumentException if the wished algorithm is unknown, or cuDNN has it not for this layer
     */
    AlgorithmRule(RecurrentConfig config, Numbers numbers, EngineOptions options) {
        this.config = config;
        this.numbers = numbers;
        this.options = options;
        this.wished = wished();
    }

    private @Nullable Algorithm wished() {
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

    /** Every algorithm that any plan of the layer may come to run. */
    List<Algorithm> possible() {
        if (wished != null) {
            return wished == Algorithm.STANDARD ? List.of(Algorithm.STANDARD) : List.of(Algorithm.STANDARD, wished);
        }
        List<Algorithm> candidates = Algorithm.candidates(config, false);
        if (options.choices() != PlanChoices.RULE) {
            return candidates;
        }
        List<Algorithm> byRule = new ArrayList<>(List.of(Algorithm.STANDARD));
        for (Algorithm each : candidates) {
            if (each != Algorithm.STANDARD && Algorithm.ruleMayTake(each, config, numbers)) {
                byRule.add(each);
            }
        }
        return byRule;
    }

    /** Whether there is anything to measure. */
    boolean isOpen() {
        return wished == null;
    }

    /** By wish or by rule. */
    AlgorithmChoice choose(PlanSize size) {
        if (wished != null) {
            return new AlgorithmChoice(wished, "as wished");
        }
        Algorithm algorithm = Algorithm.byRule(config, numbers, size.n(), size.training());
        String why = algorithm == Algorithm.STANDARD
                ? "by rule: " + Algorithm.whyStandard(config, size.training())
                : "by rule, from cell and sizes";
        return new AlgorithmChoice(algorithm, why);
    }
}
