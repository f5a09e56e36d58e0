package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The plans and reserves of a layer: taken from free lists, made when a list has none that is large enough. */
public final class Workspaces {
    /** Reserves are large and few tapes are open at once; two let one step's backward overlap the next one's forward. */
    private static final int MAX_RESERVES = 2;

    private final RecurrentEngine engine;
    private final int threads;
    private final FreeList<Plan> inference;
    private final FreeList<Plan> training;
    private final FreeList<Reserve> reserves = new FreeList<>(MAX_RESERVES);

    public Workspaces(RecurrentEngine engine, int threads, int maxPlans) {
        this.engine = engine;
        this.threads = threads;
        this.inference = new FreeList<>(maxPlans);
        this.training = new FreeList<>(maxPlans);
    }

    /** A plan for calls of that size, which the caller gives back; {@code weights} are the caller's, in use. */
    public Plan takePlan(int t, int n, boolean forTraining, PackedWeights weights) {
        Plan plan = (forTraining ? training : inference).take(t, n);
        return plan != null ? plan : engine.plan(t, n, threads, forTraining, weights);
    }

    /** A plan of any size, for its threads; null if all are in use. The caller gives it back. */
    @Nullable
    public Plan takeIdlePlan() {
        Plan plan = training.take(1, 1);
        return plan != null ? plan : inference.take(1, 1);
    }

    public void giveBack(Plan plan) {
        (plan.training() ? training : inference).giveBack(plan);
    }

    public Reserve takeReserve(int t, int n) {
        Reserve reserve = reserves.take(t, n);
        return reserve != null ? reserve : engine.reserve(t, n);
    }

    public void giveBack(Reserve reserve) {
        reserves.giveBack(reserve);
    }

    /** What the plans do that are idle now. */
    public List<PlanExplanation> idlePlans() {
        List<PlanExplanation> plans = new ArrayList<>();
        inference.forEach(plan -> plans.add(plan.explain()));
        training.forEach(plan -> plans.add(plan.explain()));
        return plans;
    }

    public long idleBytes() {
        return inference.bytes() + training.bytes() + reserves.bytes();
    }

    public void close() {
        inference.close();
        training.close();
        reserves.close();
    }
}
