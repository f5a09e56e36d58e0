package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.FloatSpan;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.weights.WeightLayout;
import org.bytedeco.cuda.global.cublas;
import org.jspecify.annotations.Nullable;

/** One backward of a plan, enqueued on the stream; the shape is set. One thread at a time. */
final class BackwardRun {
    /** cublasSaxpy counts with an int. */
    private static final long MOST_AT_ONCE = 1L << 30;

    private final PlanContext context;
    private final ForwardRun forward;
    private final RecurrentConfig config;
    private final StreamOps ops;
    private final SequenceMaps maps;
    private final CallShape shape;
    private final ZeroRows zeroRows;
    private final boolean half;
    private final Scratch dOutput;
    private final Scratch dInput;
    private final Scratch dSpace;
    private final Scratch dSpaceWide;
    private final Scratch dCanonical;
    private final States dLast;
    private final States dFirst;
    private final long canonicalSize;
    private final HostBlock one = new HostBlock(Float.BYTES);

    BackwardRun(PlanContext context, ForwardRun forward) {
        this.context = context;
        this.forward = forward;
        this.config = context.chain().config();
        this.ops = context.ops();
        this.maps = context.maps();
        this.shape = context.shape();
        this.half = context.math().isHalf();
        this.zeroRows = new ZeroRows(ops, config, shape);
        this.dOutput = context.scratch("gradient of a stage's output");
        this.dInput = context.scratch("gradient of a stage's input");
        this.dSpace = context.scratch("gradient of a weight space");
        this.dSpaceWide = context.scratch("gradient of a weight space in float32");
        this.dCanonical = context.scratch("gradient of the weights");
        this.dLast = new States(
                config,
                context.scratch("gradient of final states"),
                context.math().bytes());
        this.dFirst = new States(
                config,
                context.scratch("gradient of initial states"),
                context.math().bytes());
        this.canonicalSize = WeightLayout.of(config).size();
        one.bytes().putFloat(0, 1);
    }

    void run(Spaces weights, TrainingCall call, UpstreamGradients upstream, InputGradients results) {
        CudnnReserve reserve = (CudnnReserve) call.reserve();
        Algorithm algorithm = reserve.algorithm();
        long work = context.prepare(algorithm, true);
        long element = context.math().bytes();
        int last = context.count() - 1;
        States halfIn = forward.halfIn(reserve);
        long hx = forward.hx(call, halfIn);
        long cx = forward.cx(call, halfIn);
        RecurrentState dOut = upstream.dOut();
        long dhy = 0;
        long dcy = 0;
        if (dOut != null) {
            boolean own = lastGradients(dOut);
            dhy = own ? dLast.h() : States.h(dOut);
            dcy = own ? dLast.c() : States.c(dOut);
        }
        RecurrentState dIn = results.dIn();
        long dhx = 0;
        long dcx = 0;
        if (dIn != null) {
            dhx = half ? dFirst.of(shape.n()).h() : States.h(dIn);
            dcx = half ? dFirst.c() : States.c(dIn);
        }
        FloatTensor dWeights = results.dWeights();
        if (dWeights != null) {
            dCanonical.atLeast(canonicalSize * Float.BYTES);
        }
        maps.mask(call.dropoutSeed(), call.dropoutCall());
        long dy = outputGradient(upstream.dy());
        for (int k = last; k >= 0; k--) {
            StageRun stage = context.stage(k);
            long dx = k == 0
                    ? firstInputGradient(results.dx())
                    : dInput.atLeast(shape.cells() * config.outputSize() * element);
            long weightBytes = context.packing().map(algorithm, k).bytes();
            stage.sequences(forward.inputOf(k, call, reserve), forward.outputOf(k, call, reserve));
            stage.initial(context.part(hx, stage, config.stateSize()), context.part(cx, stage, config.hiddenSize()));
            stage.lastGradients(
                    context.part(dhy, stage, config.stateSize()), context.part(dcy, stage, config.hiddenSize()));
            stage.initialGradients(
                    context.part(dhx, stage, config.stateSize()), context.part(dcx, stage, config.hiddenSize()));
            stage.sequenceGradients(dy, dx);
            stage.spaces(weights.address(algorithm, k), work, reserve.space(k).address());
            reserve.spend();
            stage.backwardData(algorithm, weightBytes);
            if (dWeights != null) {
                weightGradients(algorithm, k, weightBytes);
            }
            if (k > 0) {
                dy = dOutput.atLeast(
                        shape.cells() * context.stage(k - 1).stage().outputSize() * element);
                maps.betweenGradient(k - 1, dx, dy);
            } else {
                finish(dx, results.dx());
            }
        }
        if (dIn != null) {
            finish(dIn, dhx, dcx, dOut);
        }
        if (dWeights != null) {
            add(dCanonical.address(), TensorAccess.address(dWeights));
        }
    }

    /** Copies the gradients of the final states where the stages cannot read the caller's; returns whether it did. */
    private boolean lastGradients(RecurrentState dOut) {
        if (!half && !shape.hasZeroRows()) {
            return false;
        }
        dLast.of(shape.n());
        gradientOfLast(States.h(dOut), dLast.h(), config.stateSize());
        if (config.hasCellState()) {
            gradientOfLast(States.c(dOut), dLast.c(), config.hiddenSize());
        }
        return true;
    }

    private void gradientOfLast(long from, long to, int width) {
        long count = (long) config.stateLayers() * shape.n() * width;
        if (half) {
            maps.narrow(from, to, count);
        } else {
            ops.copy(to, from, count * Float.BYTES);
        }
        // The gradient of a zero-length row goes to its initial state alone.
        zeroRows.clearStates(to, width, context.math().bytes());
    }

    /** The gradient of the last stage's output. */
    private long outputGradient(@Nullable FloatTensor dy) {
        int width = context.stage(context.count() - 1).stage().outputSize();
        long bytes = shape.cells() * width * context.math().bytes();
        if (dy != null && !maps.mapsOutput() && !shape.hasZeroRows()) {
            return TensorAccess.address(dy);
        }
        long to = dOutput.atLeast(bytes);
        if (dy == null) {
            ops.zero(to, bytes);
            return to;
        }
        if (maps.mapsOutput()) {
            maps.outputGradient(TensorAccess.address(dy), to);
        } else {
            ops.copy(to, TensorAccess.address(dy), bytes);
        }
        zeroRows.clearSteps(to, width, context.math().bytes());
        return to;
    }

    private long firstInputGradient(@Nullable FloatTensor dx) {
        return dx != null && !maps.mapsInput()
                ? TensorAccess.address(dx)
                : dInput.atLeast(
                        shape.cells() * config.inputSize() * context.math().bytes());
    }

    private void finish(long from, @Nullable FloatTensor dx) {
        if (dx == null) {
            return;
        }
        if (maps.mapsInput()) {
            maps.inputGradient(from, TensorAccess.address(dx));
        } else if (shape.uneven()) {
            // cuDNN does not document whether it clears the padding of dx.
            clearPadding(TensorAccess.address(dx));
        }
    }

    /** By one kernel; a build without our kernels fills row by row. */
    private void clearPadding(long dx) {
        if (SequenceMaps.available(ops.device()).available()) {
            maps.clearPadding(dx, config.inputSize());
        } else {
            zeroRows.clearPadding(dx, config.inputSize());
        }
    }

    private void finish(RecurrentState dIn, long dhx, long dcx, @Nullable RecurrentState dOut) {
        if (half) {
            maps.widenStates(dhx, States.h(dIn), config.stateSize());
        }
        zeroRows.carryStates(States.h(dOut), States.h(dIn), config.stateSize());
        if (config.hasCellState()) {
            if (half) {
                maps.widenStates(dcx, States.c(dIn), config.hiddenSize());
            }
            zeroRows.carryStates(States.c(dOut), States.c(dIn), config.hiddenSize());
        }
    }

    /** Copies the gradients of a stage's weights to the canonical block of this plan. */
    private void weightGradients(Algorithm algorithm, int k, long weightBytes) {
        int element = context.math().bytes();
        long space = dSpace.atLeast(weightBytes);
        // cuDNN only accumulates.
        ops.zero(space, weightBytes);
        context.stage(k).backwardWeights(algorithm, weightBytes, space);
        if (half) {
            long wide = dSpaceWide.atLeast(weightBytes / element * Float.BYTES);
            maps.widen(space, wide, weightBytes / element);
            space = wide;
        }
        context.packing().map(algorithm, k).unpack(ops, space, dCanonical.address(), Float.BYTES);
    }

    /** Adds to the caller's gradients, once and last, so that an earlier failure leaves them unchanged. */
    private void add(long from, long to) {
        for (long done = 0; done < canonicalSize; done += MOST_AT_ONCE) {
            int count = (int) Math.min(MOST_AT_ONCE, canonicalSize - done);
            CudaStatus.check(
                    cublas.cublasSaxpy_v2(
                            ops.device().stream().cublas(),
                            count,
                            new FloatSpan(one.address()),
                            new FloatSpan(from + done * Float.BYTES),
                            1,
                            new FloatSpan(to + done * Float.BYTES),
                            1),
                    "cublasSaxpy_v2");
        }
    }
}
