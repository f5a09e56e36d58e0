package io.github.fusedrnn.peers.pytorch;

import static org.bytedeco.pytorch.global.torch.grad;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * Forward and backward through autograd, which returns the gradients as new tensors: nothing to zero. The library keeps no packed weights between
 * calls, so changed weights cost nothing extra.
 */
final class TrainingStrategy implements Strategy {
    private final boolean useOneDnn;
    private final Network network;
    private final Tensor x;
    private final TensorVector outputs = new TensorVector();
    private final TensorVector outputGradients = new TensorVector();
    private final TensorVector inputs = new TensorVector();
    private final BoolOptional keepGraph = new BoolOptional(false);
    private @Nullable Pointer result;
    private @Nullable TensorVector gradients;

    TrainingStrategy(CaseSpec spec, CaseData data, boolean useOneDnn) {
        this.useOneDnn = useOneDnn;
        Mode.enter(false, useOneDnn);
        network = new Network(spec, data);
        x = Network.tensor(data.x(), spec.steps(), spec.rows(), spec.inputSize());
        inputs.push_back(x);
        for (long i = 0; i < network.parameters().size(); i++) {
            inputs.push_back(network.parameters().get(i));
        }
        for (long i = 0; i < inputs.size(); i++) {
            inputs.get(i).set_requires_grad(true);
        }
        outputs.resize(1);
        try (Tensor dy = Network.tensor(data.dy(), spec.steps(), spec.rows(), spec.outputSize())) {
            outputGradients.push_back(dy);
        }
    }

    @Override
    public void run() {
        Mode.enter(false, useOneDnn);
        free();
        Pointer next = network.forward(x, true);
        result = next;
        outputs.put(0, Network.output(next));
        gradients = grad(outputs, inputs, outputGradients, keepGraph, false, false);
    }

    private void free() {
        if (gradients != null) {
            gradients.close();
        }
        if (result != null) {
            result.close();
        }
    }

    @Override
    public float[] output() {
        try (Tensor y = outputs.get(0).detach()) {
            return Network.copy(y);
        }
    }

    Map<String, float[]> gradients() {
        if (gradients == null) {
            throw new IllegalStateException("no call yet");
        }
        Map<String, float[]> copies = new HashMap<>();
        copies.put("x", Network.copy(gradients.get(0)));
        for (int i = 0; i < network.names().size(); i++) {
            copies.put(network.names().get(i), Network.copy(gradients.get(i + 1)));
        }
        return copies;
    }

    @Override
    public void close() {
        free();
        keepGraph.close();
        inputs.close();
        outputGradients.close();
        outputs.close();
        x.close();
        network.close();
    }
}
