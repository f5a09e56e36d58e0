package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * A plan of one's own together with a layer's packed weights, which stay in use from call to call instead of being taken anew for each: what
 * streams run on. One thread at a time. Made by {@link io.github.fusedrnn.RecurrentLayer#bind}; whoever asked for it closes it.
 */
public interface BoundPlan extends AutoCloseable {
    /** Whose memory it works on, on its device. */
    Backend backend();

    /** Largest T of a call. */
    int maxT();

    /** Largest N of a call. */
    int maxN();

    /** What the plan does and why. */
    PlanExplanation explain();

    /**
     * Inference on the newest weights. As for {@link Plan#infer} the caller has checked the arguments and holds their memory in use.
     *
     * @throws IllegalStateException if the layer is closed, or this thread is inside an update of its weights
     */
    void infer(int t, int n, FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out);

    /** Gives the plan and the hold on the weights back; a second call does nothing. */
    @Override
    void close();
}
