package io.github.fusedrnn;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.internal.layer.CurrentWeights;
import io.github.fusedrnn.internal.layer.CurrentWeights.Packed;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BoundPlan;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/** A plan with the packed weights that it ran on last, held in use: a call only looks whether they are still the newest. */
final class LeasedPlan implements BoundPlan {
    private final Plan plan;
    private final Backend backend;
    private final CurrentWeights weights;
    private Packed packed;
    private boolean closed;

    /** Owns the plan, and the caller's use of {@code packed}, from now on. */
    LeasedPlan(Plan plan, Backend backend, CurrentWeights weights, Packed packed) {
        this.plan = plan;
        this.backend = backend;
        this.weights = weights;
        this.packed = packed;
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    public int maxT() {
        return plan.maxT();
    }

    @Override
    public int maxN() {
        return plan.maxN();
    }

    @Override
    public PlanExplanation explain() {
        return plan.explain();
    }

    @Override
    public void infer(
            int t, int n, FloatTensor x, @Nullable RecurrentState in, FloatTensor y, @Nullable RecurrentState out) {
        if (!weights.isNewest(packed)) {
            Packed newest = weights.take(false);
            packed.weights().drop();
            packed = newest;
        }
        plan.infer(packed.weights(), t, n, null, x, in, y, out);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            packed.weights().drop();
            plan.close();
        }
    }
}
