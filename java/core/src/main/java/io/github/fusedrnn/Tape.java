package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.layer.BackwardHold;
import io.github.fusedrnn.internal.layer.CallArguments;
import io.github.fusedrnn.internal.layer.CurrentWeights.Packed;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a training forward saved for its backward. Belongs to the caller, goes in try-with-resources, is used once, and leases x, y and the
 * states of its forward until it is closed. One thread at a time.
 */
public final class Tape implements AutoCloseable {
    private enum Phase {
        OPEN,
        RUNNING,
        USED,
        CLOSED
    }

    private final RecurrentLayer layer;
    private final TrainingCall call;
    private final Packed packed;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

    Tape(RecurrentLayer layer, TrainingCall call, Packed packed) {
        this.layer = layer;
        this.call = call;
        this.packed = packed;
        TensorAccess.storage(call.x()).lease();
        TensorAccess.storage(call.y()).lease();
        if (call.in() != null) {
            TensorAccess.storage(call.in()).lease();
        }
        if (call.out() != null) {
            TensorAccess.storage(call.out()).lease();
        }
    }

    /**
     * Backward of the call that made this tape: gradients of Σ dy∘y + Σ dStateOut∘stateOut.
     *
     * @param dy gradient of y, same shape, read only; values past a row's length have no influence; null = zero
     * @param dStateOut gradient of the final states, read only; null = zero
     * @param dx gradient of x, overwritten, zero past a row's length; null = not wanted
     * @param dStateIn gradient of the initial states, overwritten; null = not wanted; apart from dStateOut
     * @param gradients of the parameters, <em>added to</em>; null = not wanted
     * @throws IllegalStateException if the tape was used before or is closed, if the weights changed since forward, or if something is closed or
     *     leased
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong
     */
    public void backward(
            @Nullable FloatTensor dy,
            @Nullable RecurrentState dStateOut,
            @Nullable FloatTensor dx,
            @Nullable RecurrentState dStateIn,
            @Nullable Gradients gradients) {
        layer.checkOpen();
        check(dy, dStateOut, dx, dStateIn, gradients);
        if (layer.weights().version() != packed.version()) {
            throw new IllegalStateException("tape: the weights changed since forward (version " + packed.version()
                    + ", now " + layer.weights().version() + "); run forward again");
        }
        if (!phase.compareAndSet(Phase.OPEN, Phase.RUNNING)) {
            throw new IllegalStateException(
                    phase.get() == Phase.CLOSED
                            ? "tape is closed"
                            : "tape: used before (expected: one backward for each forward)");
        }
        boolean done = false;
        try {
            run(
                    new UpstreamGradients(dy, dStateOut),
                    new InputGradients(dx, dStateIn, gradients == null ? null : gradients.all()));
            done = true;
        } finally {
            // A failure before anything ran leaves the tape usable.
            phase.set(done ? Phase.USED : Phase.OPEN);
        }
    }

    private void run(UpstreamGradients upstream, InputGradients results) {
        BackwardHold hold = BackwardHold.of(upstream, results);
        try {
            Plan plan = layer.workspaces().takePlan(call.t(), call.n(), true, packed.weights());
            try {
                plan.backward(packed.weights(), call, upstream, results);
            } finally {
                layer.workspaces().giveBack(plan);
            }
        } finally {
            hold.release();
        }
    }

    private void check(
            @Nullable FloatTensor dy,
            @Nullable RecurrentState dStateOut,
            @Nullable FloatTensor dx,
            @Nullable RecurrentState dStateIn,
            @Nullable Gradients gradients) {
        CallArguments arguments = layer.arguments();
        if (dy != null) {
            arguments.sequence("dy", dy, call.t(), call.n(), layer.config().outputSize());
        }
        arguments.state("dStateOut", dStateOut, call.n());
        arguments.state("dStateIn", dStateIn, call.n());
        if (dx != null) {
            arguments.sequence("dx", dx, call.t(), call.n(), layer.config().inputSize());
            TensorAccess.storage(dx).checkWritable("dx");
            Checks.apart(dy != null && dx.overlaps(dy), "dx", "dy");
            Checks.apart(dStateOut != null && dStateOut.overlaps(dx), "dx", "dStateOut");
            Checks.apart(dStateIn != null && dStateIn.overlaps(dx), "dx", "dStateIn");
        }
        if (dStateIn != null) {
            TensorAccess.storage(dStateIn).checkWritable("dStateIn");
            Checks.apart(dy != null && dStateIn.overlaps(dy), "dStateIn", "dy");
            Checks.apart(dStateIn == dStateOut, "dStateIn", "dStateOut");
        }
        if (gradients != null) {
            Checks.argument(
                    gradients
                            .layout()
                            .parameters()
                            .equals(layer.weights().layout().parameters()),
                    "gradients",
                    gradients.names(),
                    "gradients of this layer, from newGradients()");
            arguments.usable("gradients", TensorAccess.storage(gradients.all()));
            TensorAccess.storage(gradients.all()).checkWritable("gradients");
            Checks.apart(dy != null && gradients.all().overlaps(dy), "gradients", "dy");
            Checks.apart(dx != null && gradients.all().overlaps(dx), "gradients", "dx");
        }
    }

    /** Number of the dropout call of this tape's forward. */
    public long dropoutCall() {
        return call.dropoutCall();
    }

    /** Bytes that the tape holds until it is closed. */
    public long bytes() {
        return call.reserve().bytes();
    }

    /** Ends the leases and gives what forward saved back to the layer, which keeps or frees it; a second call does nothing. */
    @Override
    public void close() {
        for (; ; ) {
            Phase before = phase.get();
            if (before == Phase.RUNNING) {
                throw new IllegalStateException("tape: backward is running and it cannot be closed now");
            }
            if (before == Phase.CLOSED) {
                return;
            }
            if (phase.compareAndSet(before, Phase.CLOSED)) {
                break;
            }
        }
        TensorAccess.storage(call.x()).endLease();
        TensorAccess.storage(call.y()).endLease();
        if (call.in() != null) {
            TensorAccess.storage(call.in()).endLease();
        }
        if (call.out() != null) {
            TensorAccess.storage(call.out()).endLease();
        }
        packed.weights().drop();
        layer.workspaces().giveBack(call.reserve());
    }
}
