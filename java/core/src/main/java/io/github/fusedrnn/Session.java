package io.github.fusedrnn;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.CallArguments;
import io.github.fusedrnn.internal.layer.CurrentWeights;
import io.github.fusedrnn.internal.layer.CurrentWeights.Packed;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Inference on a plan of its own: everything is allocated when it is made, so that not even the first call waits for memory. Belongs to one
 * thread at a time; a call while another one runs is refused. Made by {@link RecurrentLayer#session}, closed by the caller.
 */
public final class Session implements AutoCloseable {
    private final Plan plan;
    private final CurrentWeights weights;
    private final CallArguments arguments;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean closed;

    Session(Plan plan, CurrentWeights weights, CallArguments arguments) {
        this.plan = plan;
        this.weights = weights;
        this.arguments = arguments;
    }

    /**
     * As {@link RecurrentLayer#infer(FloatTensor, int[], RecurrentState, FloatTensor, RecurrentState)}, with T ≤ maxT and N ≤ maxN.
     *
     * @throws IllegalArgumentException also if T or N is larger than this session was made for
     * @throws IllegalStateException also if another thread is in a call
     */
    public void infer(
            FloatTensor x,
            int @Nullable [] lengths,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("session: another thread is in a call (expected: one thread at a time)");
        }
        try {
            if (closed) {
                throw new IllegalStateException("session is closed");
            }
            arguments.check(x, lengths, stateIn, y, stateOut);
            int t = arguments.steps(x);
            int n = arguments.rows(x);
            if (t > plan.maxT() || n > plan.maxN()) {
                throw Checks.wrong(
                        "x",
                        "T = " + t + ", N = " + n,
                        "T <= " + plan.maxT() + " and N <= " + plan.maxN() + ", as the session was made for");
            }
            CallArguments.acquire(x, stateIn, y, stateOut);
            try {
                Packed packed = weights.take(false);
                try {
                    plan.infer(packed.weights(), t, n, lengths, x, stateIn, y, stateOut);
                } finally {
                    packed.weights().drop();
                }
            } finally {
                CallArguments.release(x, stateIn, y, stateOut);
            }
        } finally {
            busy.setRelease(false);
        }
    }

    /** Schedule and kernels, in words. */
    public String describe() {
        return plan.explain().schedule();
    }

    /** What this session's plan does and why. */
    public PlanExplanation explain() {
        return plan.explain();
    }

    /** Frees the plan. */
    @Override
    public void close() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("session: another thread is in a call and it cannot be closed now");
        }
        try {
            if (!closed) {
                closed = true;
                plan.close();
            }
        } finally {
            busy.setRelease(false);
        }
    }
}
