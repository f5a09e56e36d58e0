package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The call that a measurement repeats: of the plan's full size, on memory of its own, with the layer's weights. Inference, or forward and
 * backward to the initial states. One thread at a time; whoever made it closes it.
 */
public final class TuningCall implements AutoCloseable {
    private final PlanSize size;
    private final PackedWeights weights;
    private final TensorStorage block;
    private final FloatTensor x;
    private final FloatTensor y;
    private final @Nullable TrainingCall call;
    private final InputGradients results;

    /**
     * A call of a plan.
     *
     * @param weights of the layer, in use until this is closed
     * @param reserve where forward saves for backward; null for inference
     * @param weightGradients whether backward also computes the gradients of the weights
     * @param allocate memory of the backend for a number of floats
     */
    public TuningCall(
            RecurrentConfig config,
            PlanSize size,
            PackedWeights weights,
            @Nullable Reserve reserve,
            boolean weightGradients,
            LongFunction<? extends TensorStorage> allocate) {
        this.size = size;
        this.weights = weights;
        long rows = Math.multiplyExact((long) size.t(), size.n());
        long inputs = Math.multiplyExact(rows, config.inputSize());
        long outputs = Math.multiplyExact(rows, config.outputSize());
        long sequences = Math.addExact(inputs, outputs);
        long parameters =
                reserve != null && weightGradients ? WeightLayout.of(config).size() : 0;
        block = allocate.apply(Math.addExact(sequences, parameters));
        x = TensorAccess.view(block, 0, rows, config.inputSize());
        y = TensorAccess.view(block, inputs, rows, config.outputSize());
        // Neither zero, which compressed weights may treat apart, nor near the numbers that are slow to compute with.
        x.fill(0.25f);
        call = reserve == null ? null : new TrainingCall(size.t(), size.n(), null, x, null, y, null, 0, 0, reserve);
        results = new InputGradients(
                null, null, parameters == 0 ? null : TensorAccess.view(block, sequences, parameters));
    }

    /** Runs it once on a plan of its size. */
    public void run(Plan plan) {
        if (call == null) {
            plan.infer(weights, size.t(), size.n(), null, x, null, y, null);
        } else {
            plan.forward(weights, call);
            plan.backward(weights, call, new UpstreamGradients(y, null), results);
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
