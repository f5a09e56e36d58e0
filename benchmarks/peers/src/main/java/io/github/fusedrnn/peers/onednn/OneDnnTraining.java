package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;

/**
 * Forward and backward primitives. Weights and their gradients are in oneDNN's plain formats, in which an optimizer would update them; each call
 * reorders the weights where the primitives chose other formats.
 */
final class OneDnnTraining implements LibraryCase {
    private final Dnnl dnnl = new Dnnl();
    private final List<ForwardLayer> forward = new ArrayList<>();
    /** Last layer first. */
    private final List<BackwardLayer> backward = new ArrayList<>();

    private final memory y;
    private final memory dx;
    private final int inputs;
    private final int outputs;

    OneDnnTraining(CaseSpec spec, CaseData data) {
        List<PlainWeights> weights = new ArrayList<>();
        memory below = null;
        for (int k = 0; k < spec.layers(); k++) {
            weights.add(PlainWeights.allocate(dnnl, LayerShape.of(spec, k)).copyFrom(dnnl, data.weights()));
            ForwardLayer layer = new ForwardLayer(dnnl, weights.get(k), true, ForwardLayer.States.EXPLICIT_ZERO, below);
            forward.add(layer);
            below = layer.y;
        }
        memory dy = dnnl.allocate(dnnl.keep(forward.get(spec.layers() - 1).y.get_desc()));
        dnnl.put(dy, data.dy());
        for (int k = spec.layers() - 1; k >= 0; k--) {
            BackwardLayer layer = new BackwardLayer(dnnl, forward.get(k), weights.get(k), dy);
            backward.add(layer);
            dy = layer.dx;
        }
        dnnl.put(forward.get(0).x, data.x());
        y = forward.get(spec.layers() - 1).y;
        dx = dy;
        inputs = data.x().length;
        outputs = spec.steps() * spec.rows() * spec.outputSize();
    }

    @Override
    public void run() {
        for (ForwardLayer layer : forward) {
            layer.packWeights();
            layer.run();
        }
        for (BackwardLayer layer : backward) {
            layer.packWeights();
            layer.run();
        }
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        return dnnl.get(y, outputs);
    }

    @Override
    public Map<String, float[]> gradients() {
        Map<String, float[]> copies = new HashMap<>();
        copies.put("x", dnnl.get(dx, inputs));
        backward.forEach(layer -> layer.gradients.copyTo(dnnl, copies));
        return copies;
    }

    @Override
    public void close() {
        dnnl.close();
    }
}
