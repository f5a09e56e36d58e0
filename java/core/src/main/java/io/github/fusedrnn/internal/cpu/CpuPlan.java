package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.NativeStatus;
import io.github.fusedrnn.internal.natives.fr_call;
import io.github.fusedrnn.internal.natives.fr_plan;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.NativeResource;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/** Owner of a native fr_plan. Each call makes one native call; inference allocates nothing. */
final class CpuPlan extends NativeResource implements Plan {
    private final fr_plan plan;
    private final int threads;
    private final PlanExplanation explanation;
    private final CallMemory memory;
    private final int maxT;
    private final int maxN;
    private final boolean training;

    CpuPlan(fr_plan plan, int threads, PlanExplanation explanation, CallMemory memory) {
        super("plan for T = " + explanation.maxT() + ", N = " + explanation.maxN(), () -> {
            NativeApi.fr_plan_free(plan);
            memory.free();
        });
        this.plan = plan;
        this.threads = threads;
        this.explanation = explanation;
        this.memory = memory;
        this.maxT = explanation.maxT();
        this.maxN = explanation.maxN();
        this.training = explanation.training();
    }

    fr_plan handle() {
        return plan;
    }

    @Override
    public int maxT() {
        return maxT;
    }

    @Override
    public int maxN() {
        return maxN;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public boolean training() {
        return training;
    }

    @Override
    public long bytes() {
        return explanation.bytes();
    }

    @Override
    public void infer(
            PackedWeights weights,
            int t,
            int n,
            int @Nullable [] lengthsOfRows,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        int status = NativeApi.fr_infer(
                plan,
                ((CpuPackedWeights) weights).handle(),
                t,
                n,
                lengthsOfRows == null ? 0 : memory.put(lengthsOfRows),
                TensorAccess.address(x),
                h(in),
                c(in),
                TensorAccess.address(y),
                h(out),
                c(out));
        if (status != NativeApi.FR_OK) {
            throw NativeStatus.failure("fr_infer", status);
        }
    }

    @Override
    public void forward(PackedWeights weights, TrainingCall call) {
        int status = NativeApi.fr_forward(plan, ((CpuPackedWeights) weights).handle(), common(call));
        if (status != NativeApi.FR_OK) {
            throw NativeStatus.failure("fr_forward", status);
        }
    }

    @Override
    public void backward(PackedWeights weights, TrainingCall call, UpstreamGradients upstream, InputGradients results) {
        fr_call struct = common(call)
                .dy(address(upstream.dy()))
                .dhn(h(upstream.dOut()))
                .dcn(c(upstream.dOut()))
                .dx(address(results.dx()))
                .dh0(h(results.dIn()))
                .dc0(c(results.dIn()))
                .dweights(address(results.dWeights()));
        int status = NativeApi.fr_backward(plan, ((CpuPackedWeights) weights).handle(), struct);
        if (status != NativeApi.FR_OK) {
            throw NativeStatus.failure("fr_backward", status);
        }
    }

    private fr_call common(TrainingCall call) {
        int[] lengths = call.lengths();
        return memory.call()
                .t(call.t())
                .n(call.n())
                .lengths(lengths == null ? 0 : memory.put(lengths))
                .x(TensorAccess.address(call.x()))
                .h0(h(call.in()))
                .c0(c(call.in()))
                .y(TensorAccess.address(call.y()))
                .hn(h(call.out()))
                .cn(c(call.out()))
                .dropout_seed(call.dropoutSeed())
                .dropout_call(call.dropoutCall())
                .reserve(((CpuReserve) call.reserve()).address())
                .dy(0)
                .dhn(0)
                .dcn(0)
                .dx(0)
                .dh0(0)
                .dc0(0)
                .dweights(0);
    }

    private static long address(@Nullable FloatTensor tensor) {
        return tensor == null ? 0 : TensorAccess.address(tensor);
    }

    private static long h(@Nullable RecurrentState state) {
        return state == null ? 0 : TensorAccess.address(state.h());
    }

    private static long c(@Nullable RecurrentState state) {
        return state == null || !state.hasCellState() ? 0 : TensorAccess.address(state.c());
    }

    @Override
    public PlanExplanation explain() {
        return explanation;
    }
}
