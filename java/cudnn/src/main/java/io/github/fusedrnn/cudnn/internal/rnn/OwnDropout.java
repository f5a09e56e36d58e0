package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import java.util.concurrent.atomic.AtomicLong;

/**
 * cuDNN's own dropout in a training plan, on request. Its generator starts anew in each plan, so each plan gets a seed of its own, derived from
 * the layer's. One thread at a time.
 */
final class OwnDropout {
    private static final AtomicLong PLANS = new AtomicLong();
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final CudaDevice device;
    private final float p;
    private final Cleanup cleanup;
    private boolean ready;

    /**
     * Dropout for a plan.
     *
     * @param p 0 = none
     */
    OwnDropout(CudaDevice device, float p, Cleanup cleanup) {
        this.device = device;
        this.p = p;
        this.cleanup = cleanup;
    }

    /** Sets it up with the first call's seed; the caller holds the lock of the device's stream. */
    void prepare(PlanContext context, long seed) {
        if (p == 0 || ready) {
            return;
        }
        DropoutDescriptor made = new DropoutDescriptor(device, p, seed + GOLDEN * PLANS.incrementAndGet(), cleanup);
        for (int k = 0; k < context.count(); k++) {
            context.stage(k).dropBetween(made);
        }
        ready = true;
    }

    /** Whether cuDNN generates masks. */
    boolean draws() {
        return p > 0;
    }

    String describe() {
        return p == 0 ? "" : ", dropout masks of cuDNN, which no other backend has";
    }
}
