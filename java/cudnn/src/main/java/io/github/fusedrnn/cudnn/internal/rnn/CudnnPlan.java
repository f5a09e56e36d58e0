package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.PlanSize;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.NativeResource;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors and workspaces for calls up to a size. A call enqueues its work on the device's stream and returns; reading a tensor waits for it.
 * Sequences of unequal length run with the standard algorithm, whatever was chosen.
 */
final class CudnnPlan extends NativeResource implements Plan {
    private final PlanSize size;
    private final PlanContext context;
    private final CudaDevice device;
    private final InferenceRun inference;
    private final @Nullable GraphCache graphs;
    private final @Nullable ForwardRun forward;
    private final @Nullable BackwardRun backward;
    private final Scratch refilled;
    private final long weightBytes;
    private final OwnDropout dropout;
    private volatile AlgorithmChoice choice;

    private CudnnPlan(
            PlanSize size,
            PlanContext context,
            AlgorithmChoice choice,
            OwnDropout dropout,
            boolean withGraphs,
            long weightBytes,
            Cleanup cleanup) {
        super(size.label(), cleanup);
        this.size = size;
        this.context = context;
        this.device = context.device();
        this.choice = choice;
        this.dropout = dropout;
        this.weightBytes = weightBytes;
        this.inference = new InferenceRun(context);
        this.graphs = withGraphs && !size.training() ? new GraphCache(context, inference, cleanup) : null;
        this.forward = size.training() ? new ForwardRun(context) : null;
        this.backward = forward == null ? null : new BackwardRun(context, forward);
        this.refilled = context.scratch("output of a repeated forward");
    }

    /** A plan with its memory; the caller holds the lock of the device's stream. */
    static CudnnPlan create(
            PlanSize size,
            CudaDevice device,
            StageChain chain,
            Packing packing,
            MathMode math,
            AlgorithmChoice choice,
            float ownDropout,
            boolean withGraphs,
            long weightBytes) {
        Cleanup cleanup = new Cleanup();
        CudnnPlan plan;
        try {
            PlanContext context = new PlanContext(device, chain, packing, math, size.n(), cleanup);
            OwnDropout dropout = new OwnDropout(device, ownDropout, cleanup);
            plan = new CudnnPlan(size, context, choice, dropout, withGraphs, weightBytes, cleanup);
        } catch (RuntimeException | Error e) {
            cleanup.run();
            throw e;
        }
        try {
            plan.allocate();
            return plan;
        } catch (RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    /** Allocates what a call of the full size needs, with lengths or without. */
    private void allocate() {
        context.shape().set(size.t(), size.n(), null);
        if (size.training()) {
            return; // the first forward knows which results are requested, and the seed of cuDNN's dropout
        }
        inference.reserve(Algorithm.STANDARD);
        Algorithm chosen = choice.algorithm();
        if (chosen != Algorithm.STANDARD) {
            try {
                inference.reserve(chosen);
            } catch (FusedRnnException e) {
                fallBack(chosen, e);
            }
        }
    }

    @Override
    public void infer(
            PackedWeights weights,
            int t,
            int n,
            int @Nullable [] lengths,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        CudnnPackedWeights packed = (CudnnPackedWeights) weights;
        device.stream().lock().lock();
        try {
            device.activate();
            context.shape().set(t, n, lengths);
            context.maps().sendLengths(false);
            Algorithm algorithm = algorithm();
            GraphCache cache = context.shape().uneven() ? null : graphs;
            if (cache == null) {
                infer(algorithm, packed.spaces(false), x, in, y, out);
            } else if (!cache.run(algorithm, packed, x, in, y, out)) {
                infer(algorithm, packed.spaces(false), x, in, y, out);
                cache.ran();
            }
        } finally {
            device.stream().lock().unlock();
        }
    }

    /** The algorithm for rows of equal length; standard, if cuDNN has refused the one chosen. */
    Algorithm algorithmForEqualLengths() {
        return choice.algorithm();
    }

    private Algorithm algorithm() {
        return context.shape().uneven() ? Algorithm.STANDARD : choice.algorithm();
    }

    private void infer(
            Algorithm algorithm,
            Spaces weights,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        try {
            inference.run(algorithm, weights, x, in, y, out);
        } catch (FusedRnnException e) {
            fallBack(algorithm, e);
            inference.run(Algorithm.STANDARD, weights, x, in, y, out);
        }
    }

    /** Falls back to the standard algorithm for good, if cuDNN may have refused this one; else throws the failure. */
    private void fallBack(Algorithm algorithm, FusedRnnException failure) {
        if (algorithm == Algorithm.STANDARD || !StageRun.isRefusal(failure.code())) {
            throw failure;
        }
        choice = choice.refused(failure);
    }

    @Override
    public void forward(PackedWeights weights, TrainingCall call) {
        ForwardRun run = trains(forward);
        Spaces spaces = ((CudnnPackedWeights) weights).spaces(true);
        device.stream().lock().lock();
        try {
            device.activate();
            context.shape().set(call.t(), call.n(), call.lengths());
            context.maps().sendLengths(true);
            dropout.prepare(context, call.dropoutSeed());
            Algorithm algorithm = algorithm();
            try {
                run.run(algorithm, spaces, call);
            } catch (FusedRnnException e) {
                fallBack(algorithm, e);
                run.run(Algorithm.STANDARD, spaces, call);
            }
        } finally {
            device.stream().lock().unlock();
        }
    }

    @Override
    public void backward(PackedWeights weights, TrainingCall call, UpstreamGradients upstream, InputGradients results) {
        ForwardRun again = trains(forward);
        BackwardRun run = trains(backward);
        Spaces spaces = ((CudnnPackedWeights) weights).spaces(true);
        CudnnReserve reserve = (CudnnReserve) call.reserve();
        device.stream().lock().lock();
        try {
            device.activate();
            context.shape().set(call.t(), call.n(), call.lengths());
            context.maps().sendLengths(true);
            dropout.prepare(context, call.dropoutSeed());
            if (reserve.isSpent()) {
                if (dropout.draws()) {
                    throw new IllegalStateException(
                            "tape: its backward failed, and cuDNN's dropout masks are lost (expected: a new forward)");
                }
                again.refill(reserve.algorithm(), spaces, call, refillOutput());
            }
            try {
                run.run(spaces, call, upstream, results);
            } catch (FusedRnnException e) {
                if (dropout.draws()) {
                    throw e; // the masks of forward are in its reserve only
                }
                // Forward and backward of a tape use one algorithm: the reserve space may depend on it.
                fallBack(reserve.algorithm(), e);
                again.refill(Algorithm.STANDARD, spaces, call, refillOutput());
                run.run(spaces, call, upstream, results);
            }
        } finally {
            device.stream().lock().unlock();
        }
    }

    /** The output of a repeated forward, which is discarded. */
    private long refillOutput() {
        return refilled.atLeast(
                context.shape().cells() * context.chain().config().outputSize() * Float.BYTES);
    }

    private static <T> T trains(@Nullable T run) {
        if (run == null) {
            throw new IllegalStateException("plan: for inference (expected: one for training)");
        }
        return run;
    }

    @Override
    public int maxT() {
        return size.t();
    }

    @Override
    public int maxN() {
        return size.n();
    }

    @Override
    public int threads() {
        return size.threads();
    }

    @Override
    public boolean training() {
        return size.training();
    }

    @Override
    public long bytes() {
        return context.bytes();
    }

    @Override
    public PlanExplanation explain() {
        AlgorithmChoice now = choice;
        GraphCache cache = graphs;
        StringBuilder schedule = new StringBuilder("cuDNN ");
        schedule.append(now.algorithm().label())
                .append(", ")
                .append(context.math().label());
        schedule.append(context.count() > 1 ? ", layer by layer" : "");
        schedule.append(context.chain().reverse() ? ", on reversed sequences" : "");
        schedule.append(dropout.describe());
        if (now.algorithm() != Algorithm.STANDARD) {
            schedule.append("; standard for rows of unequal length");
        }
        if (!size.training()) {
            schedule.append("; ").append(cache == null ? "CUDA graphs are off (cudnnGraphs(false))" : cache.describe());
        }
        return new PlanExplanation(
                size.t(),
                size.n(),
                size.training(),
                schedule.toString(),
                1,
                bytes(),
                weightBytes,
                List.of(),
                now.algorithm().label(),
                now.source());
    }
}
