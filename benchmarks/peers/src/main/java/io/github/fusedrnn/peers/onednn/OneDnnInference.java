package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;

/** One forward primitive per layer; each reads the memory that the previous one wrote. */
final class OneDnnInference implements LibraryCase {
    private final Dnnl dnnl = new Dnnl();
    private final List<ForwardLayer> layers = new ArrayList<>();
    private final memory y;
    private final int outputs;

    OneDnnInference(CaseSpec spec, CaseData data) {
        ForwardLayer.States states = spec.carriesState() ? ForwardLayer.States.CARRIED : ForwardLayer.States.NONE;
        memory below = null;
        for (int k = 0; k < spec.layers(); k++) {
            PlainWeights weights =
                    PlainWeights.allocate(dnnl, LayerShape.of(spec, k)).copyFrom(dnnl, data.weights());
            ForwardLayer layer = new ForwardLayer(dnnl, weights, false, states, below);
            layer.packWeights();
            layers.add(layer);
            below = layer.y;
        }
        dnnl.put(layers.get(0).x, data.x());
        y = layers.get(layers.size() - 1).y;
        outputs = spec.steps() * spec.rows() * spec.outputSize();
    }

    @Override
    public void run() {
        for (int k = 0; k < layers.size(); k++) {
            layers.get(k).run();
        }
    }

    @Override
    public void reset() {
        layers.forEach(layer -> layer.resetState(dnnl));
    }

    @Override
    public float[] output() {
        return dnnl.get(y, outputs);
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() {
        dnnl.close();
    }
}
