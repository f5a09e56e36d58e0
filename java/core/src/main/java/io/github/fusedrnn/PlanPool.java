package io.github.fusedrnn;

import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.RecurrentEngine;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A bounded free list of plans, by compare-and-set. A call takes a plan that is large enough or makes one; giving back to a full list closes
 * the plan whose turn it is, so that plans of shapes no longer asked for fade away.
 */
final class PlanPool {
    private final RecurrentEngine engine;
    private final int threads;
    private final AtomicReferenceArray<Plan> idle;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean closed;

    PlanPool(RecurrentEngine engine, int threads, int maxPlans) {
        this.engine = engine;
        this.threads = threads;
        this.idle = new AtomicReferenceArray<>(maxPlans);
    }

    Plan take(int t, int n, boolean training) {
        for (int i = 0; i < idle.length(); i++) {
            Plan plan = idle.get(i);
            if (plan != null
                    && plan.training() == training
                    && plan.maxT() >= t
                    && plan.maxN() >= n
                    && idle.compareAndSet(i, plan, null)) {
                return plan;
            }
        }
        return engine.plan(t, n, threads, training);
    }

    void giveBack(Plan plan) {
        if (closed) {
            plan.close();
            return;
        }
        for (int i = 0; i < idle.length(); i++) {
            if (idle.get(i) == null && idle.compareAndSet(i, null, plan)) {
                closeIfLate();
                return;
            }
        }
        Plan oldest = idle.getAndSet(Math.floorMod(turn.getAndIncrement(), idle.length()), plan);
        if (oldest != null) {
            oldest.close();
        }
        closeIfLate();
    }

    /** A plan put into the list while close() swept it must not stay behind. */
    private void closeIfLate() {
        if (closed) {
            close();
        }
    }

    int count() {
        int count = 0;
        for (int i = 0; i < idle.length(); i++) {
            count += idle.get(i) == null ? 0 : 1;
        }
        return count;
    }

    long bytes() {
        long bytes = 0;
        for (int i = 0; i < idle.length(); i++) {
            Plan plan = idle.get(i);
            bytes += plan == null ? 0 : plan.bytes();
        }
        return bytes;
    }

    void close() {
        closed = true;
        for (int i = 0; i < idle.length(); i++) {
            Plan plan = idle.getAndSet(i, null);
            if (plan != null) {
                plan.close();
            }
        }
    }
}
