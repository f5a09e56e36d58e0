package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.rnn.CudnnPlan.PlanSize;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PlanChoices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.bytedeco.cuda.global.cudnn;

/** What a plan runs with: what was wished, else what was measured, else the rule's. Immutable, free to share. */
final class AlgorithmChooser {
    private final CudaDevice device;
    private final RecurrentConfig config;
    private final Numbers numbers;
    private final AlgorithmRule rule;
    private final PlanChoices choices;

    AlgorithmChooser(
            CudaDevice device, RecurrentConfig config, Numbers numbers, AlgorithmRule rule, PlanChoices choices) {
        this.device = device;
        this.config = config;
        this.numbers = numbers;
        this.rule = rule;
        this.choices = choices;
    }

    /**
     * The choice for a plan; the caller holds the lock of the device's stream.
     *
     * @param measure runs a race of algorithms, the rule's first
     */
    AlgorithmChoice choose(PlanSize size, Function<List<Algorithm>, MeasuredChoice> measure) {
        AlgorithmChoice byRule = rule.choose(size);
        if (choices == PlanChoices.RULE || !rule.isOpen()) {
            return byRule;
        }
        String key = key(size);
        MeasuredChoice known = choices.find(key);
        if (known == null && choices.measuring()) {
            List<Algorithm> candidates = new ArrayList<>(List.of(byRule.algorithm()));
            for (Algorithm each : Algorithm.candidates(config, size.training())) {
                if (each != byRule.algorithm()) {
                    candidates.add(each);
                }
            }
            if (candidates.size() > 1) {
                known = measure.apply(candidates);
                choices.keep(key, known);
            }
        }
        return known == null ? byRule : measured(known, key);
    }

    private AlgorithmChoice measured(MeasuredChoice known, String key) {
        Algorithm algorithm = Algorithm.of(known.choice());
        if (algorithm == null || algorithm.refusal(config) != null) {
            throw new IllegalArgumentException("tuning: choice '" + known.choice() + "' for " + key
                    + " (expected: an algorithm that cuDNN has for this layer)");
        }
        String source = known.nanos() >= known.ruleNanos()
                ? String.format(Locale.ROOT, "%s: %.2f us a call", known.source(), known.nanos() / 1000)
                : String.format(
                        Locale.ROOT,
                        "%s: %.2f us a call, by rule %.2f us (%.0f%% less)",
                        known.source(),
                        known.nanos() / 1000,
                        known.ruleNanos() / 1000,
                        100 * (1 - known.nanos() / known.ruleNanos()));
        return new AlgorithmChoice(algorithm, source);
    }

    /** All that a measurement depends on. */
    private String key(PlanSize size) {
        return "cudnn " + cudnn.cudnnGetVersion() + " on " + device.name().replaceAll("[^ -{}~]", "?") + " " + numbers
                + " T=" + size.t() + " N=" + size.n() + (size.training() ? " training " : " inference ") + config;
    }
}
