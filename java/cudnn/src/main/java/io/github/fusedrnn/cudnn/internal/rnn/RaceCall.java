package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceStorage;
import io.github.fusedrnn.cudnn.internal.rnn.CudnnPlan.PlanSize;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.InputGradients;
import io.github.fusedrnn.spi.PackedWeights;
import io.github.fusedrnn.spi.Reserve;
import io.github.fusedrnn.spi.TrainingCall;
import io.github.fusedrnn.spi.UpstreamGradients;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.weights.WeightLayout;
import org.jspecify.annotations.Nullable;

/**
 * The call that a measurement repeats: of the plan's full size, on memory of its own, with the layer's weights. Inference, or forward and a
 * whole backward.
 */
final class RaceCall implements AutoCloseable {
    private final PackedWeights weights;
    private final PlanSize size;
    private final DeviceStorage block;
    private final FloatTensor x;
    private final FloatTensor y;
    private final @Nullable TrainingCall call;
    private final InputGradients results;

    RaceCall(
            CudaDevice device,
            RecurrentConfig config,
            PlanSize size,
            PackedWeights weights,
            @Nullable Reserve reserve) {
        this.weights = weights;
        this.size = size;
        long rows = Math.multiplyExact((long) size.t(), size.n());
        long inputs = Math.multiplyExact(rows, config.inputSize());
        long outputs = Math.multiplyExact(rows, config.outputSize());
        long parameters = reserve == null ? 1 : WeightLayout.of(config).size();
        block = DeviceStorage.allocate(device, inputs + outputs + parameters, "tensors of a measurement");
        x = TensorAccess.view(block, 0, rows, config.inputSize());
        y = TensorAccess.view(block, inputs, rows, config.outputSize());
        results = new InputGradients(null, null, TensorAccess.view(block, inputs + outputs, parameters));
        x.fill(0.25f);
        call = reserve == null ? null : new TrainingCall(size.t(), size.n(), null, x, null, y, null, 0, 0, reserve);
    }

    void run(CudnnPlan plan) {
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
