package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.PlanExplanation;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Plan;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of the {@link ReferenceNetwork} on tensors. Keeps nothing between calls; unlike other plans it allocates in each. */
final class ReferencePlan implements Plan {
    private final ReferenceNetwork network;
    private final int maxT;
    private final int maxN;
    private final boolean training;

    ReferencePlan(ReferenceNetwork network, int maxT, int maxN, boolean training) {
        this.network = network;
        this.maxT = maxT;
        this.maxN = maxN;
        this.training = training;
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
        ReferenceTape tape =
                network.infer(block(weights), t, n, lengths, Doubles.read(x, "x"), h(in, "stateIn"), c(in, "stateIn"));
        writeOutputs(tape, y, out);
    }

    @Override
    public void forward(PackedWeights weights, TrainingCall call) {
        RecurrentState in = call.in();
        ReferenceTape tape = network.forward(
                block(weights),
                call.t(),
                call.n(),
                call.lengths(),
                Doubles.read(call.x(), "x"),
                h(in, "stateIn"),
                c(in, "stateIn"),
                true,
                call.dropoutSeed(),
                call.dropoutCall());
        kept(call).tape = tape;
        writeOutputs(tape, call.y(), call.out());
    }

    @Override
    public void backward(PackedWeights weights, TrainingCall call, UpstreamGradients upstream, InputGradients results) {
        ReferenceTape tape = kept(call).tape;
        if (tape == null) {
            throw new IllegalStateException("tape: forward has not filled this reserve");
        }
        ReferenceGradients gradients = network.backward(
                tape,
                Doubles.readIfPresent(upstream.dy(), "dy"),
                h(upstream.dOut(), "dStateOut"),
                c(upstream.dOut(), "dStateOut"));
        FloatTensor dx = results.dx();
        if (dx != null) {
            Doubles.write(gradients.dx(), dx);
        }
        writeState(gradients.dh0(), gradients.dc0(), results.dIn());
        FloatTensor dWeights = results.dWeights();
        if (dWeights != null) {
            double[] sum = Doubles.read(dWeights, "gradients");
            Dense.add(gradients.dweights(), 0, sum, 0, sum.length);
            Doubles.write(sum, dWeights);
        }
    }

    private static double[] block(PackedWeights weights) {
        return ((ReferenceEngine.Weights) weights).block;
    }

    private static ReferenceEngine.Kept kept(TrainingCall call) {
        return (ReferenceEngine.Kept) call.reserve();
    }

    private static double @Nullable [] h(@Nullable RecurrentState state, String name) {
        return state == null ? null : Doubles.read(state.h(), name + ".h");
    }

    private static double @Nullable [] c(@Nullable RecurrentState state, String name) {
        return state == null || !state.hasCellState() ? null : Doubles.read(state.c(), name + ".c");
    }

    private static void writeOutputs(ReferenceTape tape, FloatTensor y, @Nullable RecurrentState out) {
        Doubles.write(tape.y(), y);
        writeState(tape.hn(), tape.cn(), out);
    }

    private static void writeState(double[] h, double[] c, @Nullable RecurrentState state) {
        if (state != null) {
            Doubles.write(h, state.h());
            if (state.hasCellState()) {
                Doubles.write(c, state.c());
            }
        }
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
        return 1;
    }

    @Override
    public boolean training() {
        return training;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public PlanExplanation explain() {
        return new PlanExplanation(
                maxT,
                maxN,
                training,
                "one row and one step after another, in float64",
                1,
                bytes(),
                0,
                List.of(),
                "",
                "nothing to choose");
    }

    @Override
    public void close() {
        // nothing is held
    }
}
