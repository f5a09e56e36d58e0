package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.internal.natives.NativeStorage;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The call that a measurement repeats: of the plan's full size, on memory of its own, with the layer's weights. Inference, or forward and
 * backward to the initial states; the products for the gradients of x and the weights do not depend on what is chosen.
 */
final class RaceCall implements Consumer<CpuPlan>, AutoCloseable {
    private final PackedWeights weights;
    private final int t;
    private final int n;
    private final NativeStorage block;
    private final FloatTensor x;
    private final FloatTensor y;
    private final @Nullable TrainingCall call;

    RaceCall(RecurrentConfig config, int t, int n, PackedWeights weights, @Nullable Reserve reserve) {
        this.weights = weights;
        this.t = t;
        this.n = n;
        long rows = Math.multiplyExact((long) t, n);
        long inputs = Math.multiplyExact(rows, config.inputSize());
        long outputs = Math.multiplyExact(rows, config.outputSize());
        block = NativeStorage.allocate(Math.addExact(inputs, outputs), "input and output of a measurement");
        x = TensorAccess.view(block, 0, rows, config.inputSize());
        y = TensorAccess.view(block, inputs, rows, config.outputSize());
        // Neither zero, which compressed weights may treat apart, nor near the numbers that are slow to compute with.
        x.fill(0.25f);
        call = reserve == null ? null : new TrainingCall(t, n, null, x, null, y, null, 0, 0, reserve);
    }

    @Override
    public void accept(CpuPlan plan) {
        if (call == null) {
            plan.infer(weights, t, n, null, x, null, y, null);
        } else {
            plan.forward(weights, call);
            plan.backward(weights, call, new UpstreamGradients(y, null), new InputGradients(null, null, null));
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
