package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.Scratch;
import java.util.ArrayList;
import java.util.List;

/** What the calls of one plan share: stages with their descriptors, the shape of the current call, workspaces. One thread at a time. */
final class PlanContext {
    private final CudaDevice device;
    private final StreamOps ops;
    private final StageChain chain;
    private final Packing packing;
    private final MathMode math;
    private final StageRun[] stages;
    private final CallShape shape;
    private final Scratch work;
    private final SequenceMaps maps;
    private final List<Scratch> scratch = new ArrayList<>();
    private final Cleanup cleanup;

    PlanContext(CudaDevice device, StageChain chain, Packing packing, MathMode math, int maxN, Cleanup cleanup) {
        this.device = device;
        this.ops = new StreamOps(device);
        this.chain = chain;
        this.packing = packing;
        this.math = math;
        this.cleanup = cleanup;
        this.shape = new CallShape(maxN);
        List<Stage> all = chain.stages();
        this.stages = new StageRun[all.size()];
        for (int k = 0; k < stages.length; k++) {
            stages[k] = new StageRun(all.get(k), math, ops, maxN, cleanup);
        }
        this.work = scratch("workspace of cuDNN");
        this.maps = new SequenceMaps(ops, chain, math, shape, scratch("lengths of rows"));
    }

    /** Device memory that is freed with the plan. */
    Scratch scratch(String label) {
        Scratch made = new Scratch(device, label);
        cleanup.add(made::close);
        scratch.add(made);
        return made;
    }

    CudaDevice device() {
        return device;
    }

    StreamOps ops() {
        return ops;
    }

    Packing packing() {
        return packing;
    }

    StageChain chain() {
        return chain;
    }

    MathMode math() {
        return math;
    }

    int count() {
        return stages.length;
    }

    StageRun stage(int k) {
        return stages[k];
    }

    CallShape shape() {
        return shape;
    }

    SequenceMaps maps() {
        return maps;
    }

    /** The address of a stage's part of states {@code [L*D, N, width]} in the data type of the stages; 0 stays 0. */
    long part(long states, StageRun stage, int width) {
        long rows = (long) stage.stage().firstStateLayer() * shape.n();
        return states == 0 ? 0 : states + rows * width * math.bytes();
    }

    /** Prepares every stage and grows the workspace to the largest need; returns its address. */
    long prepare(Algorithm algorithm, boolean training) {
        long most = 1;
        for (StageRun stage : stages) {
            stage.prepare(algorithm, training, shape);
            most = Math.max(most, stage.workBytes());
        }
        return work.atLeast(most);
    }

    /** Bytes held. */
    long bytes() {
        long sum = 0;
        for (Scratch each : scratch) {
            sum += each.bytes();
        }
        return sum;
    }

    /** Changes whenever device memory of the plan moves. */
    long moves() {
        long sum = 0;
        for (int i = 0; i < scratch.size(); i++) { // runs in every call: an iterator would be garbage
            sum += scratch.get(i).moves();
        }
        return sum;
    }
}
