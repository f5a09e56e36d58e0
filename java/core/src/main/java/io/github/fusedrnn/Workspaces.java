package io.github.fusedrnn;

import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import io.github.fusedrnn.spi.Reserve;

/** The plans and reserves of a layer: taken from free lists, made when a list has none that is large enough. */
final class Workspaces {
    /** Reserves are large and few tapes are open at once; two let one step's backward overlap the next one's forward. */
    private static final int MAX_RESERVES = 2;

    private final RecurrentEngine engine;
    private final int threads;
    private final FreeList<Plan> inference;
    private final FreeList<Plan> training;
    private final FreeList<Reserve> reserves = new FreeList<>(MAX_RESERVES);

    Workspaces(RecurrentEngine engine, int threads, int maxPlans) {
        this.engine = engine;
        this.threads = threads;
        this.inference = new FreeList<>(maxPlans);
        this.training = new FreeList<>(maxPlans);
    }

    Plan takePlan(int t, int n, boolean forTraining) {
        Plan plan = (forTraining ? training : inference).take(t, n);
        return plan != null ? plan : engine.plan(t, n, threads, forTraining);
    }

    void giveBack(Plan plan) {
        (plan.training() ? training : inference).giveBack(plan);
    }

    Reserve takeReserve(int t, int n) {
        Reserve reserve = reserves.take(t, n);
        return reserve != null ? reserve : engine.reserve(t, n);
    }

    void giveBack(Reserve reserve) {
        reserves.giveBack(reserve);
    }

    int idlePlans() {
        return inference.count() + training.count();
    }

    long idleBytes() {
        return inference.bytes() + training.bytes() + reserves.bytes();
    }

    void close() {
        inference.close();
        training.close();
        reserves.close();
    }
}
