package io.github.fusedrnn;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.CallArguments;
import io.github.fusedrnn.internal.layer.CurrentWeights;
import io.github.fusedrnn.internal.layer.CurrentWeights.Packed;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Inference on a plan and packed weights of its own, both held until it is closed: everything is allocated when it is made, so that not even the
 * first call waits for memory, and a call takes nothing and gives nothing back. Belongs to one thread at a time; a call while another one runs is
 * refused. Made by {@link RecurrentLayer#session}, closed by the caller.
 *
 * <p>Weights: when the layer's weights change, the next call moves to the new ones; until then an idle session keeps the old packed copy alive.
 * Closing the layer ends its sessions: a later call is refused.
 */
public final class Session implements AutoCloseable {
    private static final VarHandle BUSY;

    static {
        try {
            BUSY = MethodHandles.lookup().findVarHandle(Session.class, "busy", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Plan plan;
    private final CurrentWeights weights;
    private final CallArguments arguments;
    private Packed packed;
    private boolean closed;

    @SuppressWarnings("unused") // through BUSY
    private volatile boolean busy;

    /** Owns the plan, and the caller's use of {@code packed}, from now on. */
    Session(Plan plan, Packed packed, CurrentWeights weights, CallArguments arguments) {
        this.plan = plan;
        this.packed = packed;
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
        if (!BUSY.compareAndSet(this, false, true)) {
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
                run(t, n, lengths, x, stateIn, y, stateOut);
            } finally {
                CallArguments.release(x, stateIn, y, stateOut);
            }
        } finally {
            BUSY.setRelease(this, false);
        }
    }

    /**
     * The call itself, on the newest weights, for a stream, which has checked the arguments, holds their memory in use and lets one thread in.
     *
     * @throws IllegalStateException if the layer is closed, or this thread is inside an update of its weights
     */
    void run(
            int t,
            int n,
            int @Nullable [] lengths,
            FloatTensor x,
            @Nullable RecurrentState stateIn,
            FloatTensor y,
            @Nullable RecurrentState stateOut) {
        if (!weights.isNewest(packed)) {
            Packed newest = weights.take(false);
            packed.weights().drop();
            packed = newest;
        }
        plan.infer(packed.weights(), t, n, lengths, x, stateIn, y, stateOut);
    }

    /** Largest T of a call. */
    public int maxT() {
        return plan.maxT();
    }

    /** Largest N of a call. */
    public int maxN() {
        return plan.maxN();
    }

    /** Schedule and kernels, in words. */
    public String describe() {
        return plan.explain().schedule();
    }

    /** What this session's plan does and why. */
    public PlanExplanation explain() {
        return plan.explain();
    }

    /**
     * Gives plan and packed weights back; a second call does nothing.
     *
     * @throws IllegalStateException if another thread is in a call
     */
    @Override
    public void close() {
        if (!BUSY.compareAndSet(this, false, true)) {
            throw new IllegalStateException("session: another thread is in a call and it cannot be closed now");
        }
        try {
            if (!closed) {
                closed = true;
                packed.weights().drop();
                plan.close();
            }
        } finally {
            BUSY.setRelease(this, false);
        }
    }
}
