package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * A workspace and a schedule. Used by one thread at a time; the layer sees to it. All arguments have been checked by the layer: shapes,
 * lengths, memory, overlaps; and everything passed is held in use for the length of the call.
 */
public interface Plan extends Workspace {
    /** Threads it may use, the caller's among them. */
    int threads();

    /** Whether it can run forward with a tape, and backward. */
    boolean training();

    /**
     * Inference. Allocates nothing.
     *
     * @param lengths valid steps of each row; null = all have {@code t}
     * @param in initial states; null = zeros
     * @param out final states; null = not wanted; may be {@code in}
     */
    void infer(
            PackedWeights weights,
            int t,
            int n,
            int @Nullable [] lengths,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out);

    /** Forward that saves into {@code call.reserve()}. */
    void forward(PackedWeights weights, TrainingCall call);

    /** Backward of a call that {@link #forward} of any plan of the same engine has run with the same weights. */
    void backward(PackedWeights weights, TrainingCall call, UpstreamGradients upstream, InputGradients results);

    /** What this plan does and why; made when the plan was. */
    PlanExplanation explain();
}
