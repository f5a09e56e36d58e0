package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.tensor.RecurrentState;

/** One training forward of a plan, enqueued on the stream; the shape is set. One thread at a time. */
final class ForwardRun {
    private final PlanContext context;
    private final RecurrentConfig config;
    private final StreamOps ops;
    private final SequenceMaps maps;
    private final CallShape shape;
    private final ZeroRows zeroRows;
    private final States halfOut;
    private final boolean half;

    ForwardRun(PlanContext context) {
        this.context = context;
        this.config = context.chain().config();
        this.ops = context.ops();
        this.maps = context.maps();
        this.shape = context.shape();
        this.half = context.math().isHalf();
        this.zeroRows = new ZeroRows(ops, config, shape);
        this.halfOut = new States(
                config, context.scratch("final states"), context.math().bytes());
    }

    void run(Algorithm algorithm, Spaces weights, TrainingCall call) {
        run(algorithm, weights, call, TensorAccess.address(call.y()), call.out() != null);
    }

    /**
     * Fills the reserve again, after a failed backward or for another algorithm.
     *
     * @param y where the output goes instead of the caller's y, which the tape leases; backward reads either
     */
    void refill(Algorithm algorithm, Spaces weights, TrainingCall call, long y) {
        run(algorithm, weights, call, y, false);
    }

    private void run(Algorithm algorithm, Spaces weights, TrainingCall call, long y, boolean wantsStates) {
        CudnnReserve reserve = (CudnnReserve) call.reserve();
        long work = context.prepare(algorithm, true);
        int n = shape.n();
        long element = context.math().bytes();
        States halfIn = halfIn(reserve);
        RecurrentState in = call.in();
        if (half && in != null) {
            halfIn.of(n);
            maps.narrowStates(States.h(in), halfIn.h(), config.stateSize());
            maps.narrowStates(States.c(in), halfIn.c(), config.hiddenSize());
        }
        long hx = hx(call, halfIn);
        long cx = cx(call, halfIn);
        RecurrentState out = call.out();
        long hy = 0;
        long cy = 0;
        if (wantsStates) {
            hy = half ? halfOut.of(n).h() : States.h(out);
            cy = half ? halfOut.c() : States.c(out);
        }
        prepareInput(call, reserve);
        maps.mask(call.dropoutSeed(), call.dropoutCall());
        int last = context.count() - 1;
        for (int k = 0; k <= last; k++) {
            StageRun stage = context.stage(k);
            long bytes = shape.cells() * stage.stage().outputSize() * element;
            long to = k < last || ownOutput() ? reserve.output(k).atLeast(bytes) : y;
            stage.sequences(inputOf(k, call, reserve), to);
            stage.initial(context.part(hx, stage, config.stateSize()), context.part(cx, stage, config.hiddenSize()));
            stage.last(context.part(hy, stage, config.stateSize()), context.part(cy, stage, config.hiddenSize()));
            stage.spaces(weights.address(algorithm, k), work, reserve.space(k).atLeast(stage.reserveBytes()));
            stage.forward(algorithm, true, context.packing().map(algorithm, k).bytes());
            if (k < last) {
                maps.between(k, to, reserve.input(k + 1).atLeast(shape.cells() * config.outputSize() * element));
            } else if (maps.mapsOutput()) {
                maps.output(to, y);
            } else if (to != y) {
                ops.copy(y, to, bytes);
            }
        }
        reserve.filled(algorithm);
        zeroRows.clearSteps(y, config.outputSize(), Float.BYTES);
        if (wantsStates) {
            if (half) {
                maps.widenStates(hy, States.h(out), config.stateSize());
                maps.widenStates(cy, States.c(out), config.hiddenSize());
            }
            zeroRows.carryStates(States.h(in), States.h(out), config.stateSize());
            if (config.hasCellState()) {
                zeroRows.carryStates(States.c(in), States.c(out), config.hiddenSize());
            }
        }
    }

    /** The first stage's input, where it is not the caller's x. The first step of a zero-length row is undefined and must not reach a gradient. */
    private void prepareInput(TrainingCall call, CudnnReserve reserve) {
        if (!ownInput()) {
            return;
        }
        long bytes = shape.cells() * config.inputSize() * context.math().bytes();
        long to = reserve.input(0).atLeast(bytes);
        if (maps.mapsInput()) {
            maps.input(TensorAccess.address(call.x()), to);
        } else {
            ops.copy(to, TensorAccess.address(call.x()), bytes);
        }
        zeroRows.clearSteps(to, config.inputSize(), context.math().bytes());
    }

    private boolean ownInput() {
        return maps.mapsInput() || shape.hasZeroRows();
    }

    /** Whether the last stage's output is kept for backward, because the caller's y is mapped or has zero-length rows cleared. */
    private boolean ownOutput() {
        return maps.mapsOutput() || shape.hasZeroRows();
    }

    /** The input of stage {@code k}, in forward and again in backward. */
    long inputOf(int k, TrainingCall call, CudnnReserve reserve) {
        return k > 0 || ownInput() ? reserve.input(k).address() : TensorAccess.address(call.x());
    }

    /** The output of stage {@code k}. */
    long outputOf(int k, TrainingCall call, CudnnReserve reserve) {
        return k < context.count() - 1 || ownOutput() ? reserve.output(k).address() : TensorAccess.address(call.y());
    }

    /** The initial states in the data type of the stages; filled by forward. */
    States halfIn(CudnnReserve reserve) {
        return new States(config, reserve.states(), context.math().bytes());
    }

    /** Initial h of all stages; 0 for zeros. */
    long hx(TrainingCall call, States halfIn) {
        return half && call.in() != null ? halfIn.of(shape.n()).h() : States.h(call.in());
    }

    /** Initial c of all stages; 0 for zeros. */
    long cx(TrainingCall call, States halfIn) {
        return half && call.in() != null ? halfIn.of(shape.n()).c() : States.c(call.in());
    }
}
