package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.spi.EngineOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer as a chain of stages: one stage for all stacked layers, or one for each where a kernel of ours runs between them (the sum of two
 * directions, a dropout mask). A layer that reads time backwards runs forwards on reversed sequences.
 *
 * @param config the layer
 * @param stages in order
 * @param masked whether our dropout masks are applied between the stages
 */
record StageChain(RecurrentConfig config, List<Stage> stages, boolean masked) {
    private static StageChain of(RecurrentConfig config, boolean layered, boolean masked) {
        List<Stage> stages = new ArrayList<>();
        if (layered) {
            for (int layer = 0; layer < config.layers(); layer++) {
                stages.add(new Stage(config, layer, 1));
            }
        } else {
            stages.add(new Stage(config, 0, config.layers()));
        }
        return new StageChain(config, List.copyOf(stages), masked);
    }

    /** The chain for inference. */
    static StageChain inference(RecurrentConfig config) {
        return of(config, config.merge() == Merge.SUM, false);
    }

    /** The chain for training. */
    static StageChain training(RecurrentConfig config, EngineOptions options) {
        boolean masks = masks(config, options);
        return of(config, config.merge() == Merge.SUM || masks, masks);
    }

    /** Whether training applies our masks. */
    static boolean masks(RecurrentConfig config, EngineOptions options) {
        return drops(config) && !options.cudnn().ownDropout();
    }

    /** Whether training has dropout. */
    static boolean drops(RecurrentConfig config) {
        return config.dropout() > 0 && config.layers() > 1;
    }

    /** Whether both chains have the same stages, so that one set of packed weights serves both. */
    boolean sameStages(StageChain other) {
        return stages.equals(other.stages);
    }

    boolean reverse() {
        return config.direction() == Direction.REVERSE;
    }

    boolean sum() {
        return config.merge() == Merge.SUM;
    }
}
