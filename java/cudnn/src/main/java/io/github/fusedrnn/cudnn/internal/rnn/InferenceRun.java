package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import io.github.fusedrnn.cudnn.internal.rnn.Packing.Spaces;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/** One inference of a plan, enqueued on the stream; the shape is set. One thread at a time. */
final class InferenceRun {
    private final PlanContext context;
    private final RecurrentConfig config;
    private final StreamOps ops;
    private final SequenceMaps maps;
    private final CallShape shape;
    private final ZeroRows zeroRows;
    private final Scratch input;
    private final Scratch between;
    private final Scratch output;
    private final States aside;
    private final States halfIn;
    private final States halfOut;
    private final boolean half;

    InferenceRun(PlanContext context) {
        this.context = context;
        this.config = context.chain().config();
        this.ops = context.ops();
        this.maps = context.maps();
        this.shape = context.shape();
        this.half = context.math().isHalf();
        this.zeroRows = new ZeroRows(ops, config, shape);
        this.input = context.scratch("input as cuDNN reads it");
        this.between = context.scratch("input of a stage");
        this.output = context.scratch("output of a stage");
        this.aside = new States(config, context.scratch("final states, before they are copied"), Float.BYTES);
        this.halfIn = new States(
                config, context.scratch("initial states"), context.math().bytes());
        this.halfOut = new States(
                config, context.scratch("final states"), context.math().bytes());
    }

    /** Allocates all memory that a call of the current shape may need. */
    void reserve(Algorithm algorithm) {
        context.prepare(algorithm, false);
        room();
        aside.of(shape.n());
        if (half) {
            halfIn.of(shape.n());
            halfOut.of(shape.n());
        }
    }

    private void room() {
        long element = context.math().bytes();
        if (maps.mapsInput()) {
            input.atLeast(shape.cells() * config.inputSize() * element);
        }
        if (context.count() > 1) {
            between.atLeast(shape.cells() * config.outputSize() * element);
        }
        if (context.count() > 1 || maps.mapsOutput()) {
            output.atLeast(shape.cells() * context.stage(0).stage().outputSize() * element);
        }
    }

    void run(
            Algorithm algorithm,
            Spaces weights,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        long work = context.prepare(algorithm, false);
        room();
        int n = shape.n();
        if (maps.mapsInput()) {
            maps.input(TensorAccess.address(x), input.address());
        }
        long hx = States.h(in);
        long cx = States.c(in);
        if (half && in != null) {
            halfIn.of(n);
            maps.narrowStates(hx, halfIn.h(), config.stateSize());
            maps.narrowStates(cx, halfIn.c(), config.hiddenSize());
            hx = halfIn.h();
            cx = halfIn.c();
        }
        // cuDNN does not document whether hy may be hx: a layer could overwrite what another thread block still reads.
        boolean inPlace = out != null && out == in;
        long hOut = inPlace ? aside.of(n).h() : States.h(out);
        long cOut = inPlace ? aside.c() : States.c(out);
        long hy = hOut;
        long cy = cOut;
        if (half && out != null) {
            halfOut.of(n);
            hy = halfOut.h();
            cy = halfOut.c();
        }
        long from = maps.mapsInput() ? input.address() : TensorAccess.address(x);
        int last = context.count() - 1;
        for (int k = 0; k <= last; k++) {
            long to = k == last && !maps.mapsOutput() ? TensorAccess.address(y) : output.address();
            StageRun stage = context.stage(k);
            stage.sequences(from, to);
            stage.initial(context.part(hx, stage, config.stateSize()), context.part(cx, stage, config.hiddenSize()));
            stage.last(context.part(hy, stage, config.stateSize()), context.part(cy, stage, config.hiddenSize()));
            stage.spaces(weights.address(algorithm, k), work, 0);
            stage.forward(algorithm, false, context.packing().map(algorithm, k).bytes());
            if (k < last) {
                maps.between(k, to, between.address());
                from = between.address();
            } else if (maps.mapsOutput()) {
                maps.output(to, TensorAccess.address(y));
            }
        }
        if (half && out != null) {
            maps.widenStates(hy, hOut, config.stateSize());
            maps.widenStates(cy, cOut, config.hiddenSize());
        }
        zeroRows.clearSteps(TensorAccess.address(y), config.outputSize(), Float.BYTES);
        if (out != null) {
            zeroRows.carryStates(States.h(in), hOut, config.stateSize());
            if (config.hasCellState()) {
                zeroRows.carryStates(States.c(in), cOut, config.hiddenSize());
            }
        }
        if (inPlace) {
            // One copy for h and c, so that a failure leaves the states unchanged.
            ops.copy(States.h(out), aside.h(), aside.bytes());
        }
    }
}
