package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Inference over all steps of all rows, padding included. */
final class PaddedInference implements InferenceStrategy {
    private final boolean useOneDnn;
    private final boolean carries;
    private final Network network;
    private final Tensor x;
    private @Nullable Pointer result;

    PaddedInference(CaseSpec spec, CaseData data, boolean useOneDnn) {
        this.useOneDnn = useOneDnn;
        carries = spec.carriesState();
        Mode.enter(true, useOneDnn);
        network = new Network(spec, data);
        x = Network.tensor(data.x(), spec.steps(), spec.rows(), spec.inputSize());
    }

    @Override
    public void run() {
        Mode.enter(true, useOneDnn);
        Pointer next = network.forward(x, false);
        if (carries) {
            network.carry(next);
        }
        if (result != null) {
            result.close();
        }
        result = next;
    }

    @Override
    public void reset() {
        network.resetStates();
    }

    @Override
    public float[] output() {
        if (result == null) {
            throw new IllegalStateException("no call yet");
        }
        return Network.copy(Network.output(result));
    }

    @Override
    public void close() {
        if (result != null) {
            result.close();
        }
        x.close();
        network.close();
    }
}
