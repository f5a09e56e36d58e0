package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Merge;
import io.github.fusedrnn.spi.EngineOptions;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer as a chain of stages: one for all its layers, or one for each where something of ours stands between them (the sum of two
 * directions, a dropout mask). A layer that reads time backwards is run forwards on reversed sequences.
 *
 * @param desc the layer
 * @param stages in order
 * @param masked whether dropout masks of ours stand between the stages
 */
record Form(RecurrentDesc desc, List<Stage> stages, boolean masked) {
    private static Form of(RecurrentDesc desc, boolean layered, boolean masked) {
        List<Stage> stages = new ArrayList<>();
        if (layered) {
            for (int layer = 0; layer < desc.layers(); layer++) {
                stages.add(new Stage(desc, layer, 1));
            }
        } else {
            stages.add(new Stage(desc, 0, desc.layers()));
        }
        return new Form(desc, List.copyOf(stages), masked);
    }

    /** The chain for inference. */
    static Form inference(RecurrentDesc desc) {
        return of(desc, desc.merge() == Merge.SUM, false);
    }

    /** The chain for training. */
    static Form training(RecurrentDesc desc, EngineOptions options) {
        boolean masks = masks(desc, options);
        return of(desc, desc.merge() == Merge.SUM || masks, masks);
    }

    /** Whether training draws masks of ours. */
    static boolean masks(RecurrentDesc desc, EngineOptions options) {
        return drops(desc) && !options.cudnn().ownDropout();
    }

    /** Whether training drops anything. */
    static boolean drops(RecurrentDesc desc) {
        return desc.dropout() > 0 && desc.layers() > 1;
    }

    /** Whether both chains have the same stages, so that one set of packed weights serves both. */
    boolean sameStages(Form other) {
        return stages.equals(other.stages);
    }

    boolean reverse() {
        return desc.direction() == Direction.REVERSE;
    }

    boolean sum() {
        return desc.merge() == Merge.SUM;
    }

    /** Whether anything must be mapped by our kernels in float32: cuDNN alone cannot do it. */
    boolean needsKernels() {
        return reverse() || sum() || masked;
    }

    int last() {
        return stages.size() - 1;
    }
}
