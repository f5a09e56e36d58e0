package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.spi.CudnnOptions;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.MeasuredChoice;
import io.github.fusedrnn.spi.PlanChoices;
import io.github.fusedrnn.spi.PlanKey;
import io.github.fusedrnn.spi.PlanSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.cuda.global.cudnn;

/** The algorithm of a plan: the one requested, else the one measured, else the rule's. Immutable, free to share. */
final class AlgorithmChooser {
    private final CudaDevice device;
    private final RecurrentConfig config;
    private final MathMode math;
    private final AlgorithmRule rule;
    private final EngineOptions options;
    private final PlanChoices choices;

    AlgorithmChooser(
            CudaDevice device, RecurrentConfig config, MathMode math, AlgorithmRule rule, EngineOptions options) {
        this.device = device;
        this.config = config;
        this.math = math;
        this.rule = rule;
        this.options = options;
        this.choices = options.choices();
    }

    /**
     * The choice for a plan. The caller holds the lock of the device's stream.
     *
     * @param measure finds the best of some algorithms, the rule's first
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
        return new AlgorithmChoice(algorithm, known.describe());
    }

    /** Everything that a measurement depends on; the processor, which a tuning file names, is not the device. */
    private String key(PlanSize size) {
        CudnnOptions cudnnOptions = options.cudnn();
        return new PlanKey("cudnn")
                .with("version", cudnn.cudnnGetVersion())
                .with("device", device.name())
                .with("math", math.name())
                .with("graphs", cudnnOptions.graphs())
                .with("cudnnDropout", cudnnOptions.ownDropout())
                .with(size)
                .with(config)
                .text();
    }
}
