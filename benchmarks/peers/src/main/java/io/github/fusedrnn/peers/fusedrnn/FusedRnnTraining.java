package io.github.fusedrnn.peers.fusedrnn;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.HashMap;
import java.util.Map;

/** Forward with a tape, then backward; each call first publishes a new version of the weights, so that it includes packing. */
final class FusedRnnTraining implements LibraryCase {
    private final RecurrentLayer layer;
    private final FloatTensor x;
    private final FloatTensor y;
    private final FloatTensor dy;
    private final FloatTensor dx;
    private final Gradients gradients;

    FusedRnnTraining(CaseSpec spec, CaseData data, int threads) {
        layer = Layers.of(spec, data, threads);
        x = layer.newInput(spec.steps(), spec.rows()).copyFrom(data.x());
        y = layer.newOutput(spec.steps(), spec.rows());
        dy = layer.newOutput(spec.steps(), spec.rows()).copyFrom(data.dy());
        dx = layer.newInput(spec.steps(), spec.rows());
        gradients = layer.newGradients();
    }

    @Override
    public void run() {
        layer.weights().update(view -> {});
        gradients.zero();
        try (Tape tape = layer.forward(x, null, null, y, null)) {
            tape.backward(dy, null, dx, null, gradients);
        }
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        return y.toArray();
    }

    @Override
    public Map<String, float[]> gradients() {
        Map<String, float[]> copies = new HashMap<>();
        copies.put("x", dx.toArray());
        gradients.names().forEach(name -> copies.put(name, gradients.get(name).toArray()));
        return copies;
    }

    @Override
    public void close() {
        gradients.close();
        dx.close();
        dy.close();
        y.close();
        x.close();
        layer.close();
    }
}
