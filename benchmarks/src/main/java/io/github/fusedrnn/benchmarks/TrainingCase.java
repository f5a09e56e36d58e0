package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.tensor.FloatTensor;

/** A layer with everything that a training step needs; its gradients are checked once, so that no wrong result is timed. */
final class TrainingCase implements AutoCloseable {
    private final RecurrentLayer layer;
    private final FloatTensor x;
    private final FloatTensor y;
    private final FloatTensor dy;
    private final FloatTensor dx;
    private final Gradients gradients;

    /**
     * Builds and checks a case.
     *
     * @throws IllegalStateException if a gradient differs from the reference
     */
    TrainingCase(LayerCase layerCase) {
        Shape shape = layerCase.shape();
        layer = layerCase.layer();
        x = layer.newInput(shape.t(), shape.n());
        y = layer.newOutput(shape.t(), shape.n());
        dy = layer.newOutput(shape.t(), shape.n());
        dx = layer.newInput(shape.t(), shape.n());
        gradients = layer.newGradients();
        x.copyFrom(LayerCase.uniform(x.size(), 1));
        check(layerCase);
        dy.copyFrom(LayerCase.uniform(dy.size(), 2));
    }

    /** If dy is zero except in the rows of the sample, every gradient is that of the sample only. */
    private void check(LayerCase layerCase) {
        Shape shape = layerCase.shape();
        int t = shape.t();
        int width = shape.outputWidth();
        RowSample sample =
                RowSample.of(shape.n(), 3 * shape.flopsOfRow(layerCase.cell().gateCount()));
        float[] sampled = LayerCase.uniform(dy.size(), 2);
        sample.keepOnly(sampled, t, width);
        dy.copyFrom(sampled);
        step();
        try (RecurrentLayer reference = layerCase.reference();
                FloatTensor rows = reference.newInput(t, sample.count());
                FloatTensor output = reference.newOutput(t, sample.count());
                FloatTensor upstream = reference.newOutput(t, sample.count());
                FloatTensor downstream = reference.newInput(t, sample.count());
                Gradients expected = reference.newGradients()) {
            rows.copyFrom(sample.pick(x.toArray(), t, shape.c()));
            upstream.copyFrom(sample.pick(sampled, t, width));
            try (Tape tape = reference.forward(rows, null, null, output, null)) {
                tape.backward(upstream, null, downstream, null, expected);
            }
            Deviation limit = new Deviation(layerCase.toString(), Tolerances.float32(layer.config(), t, shape.n()));
            limit.require("y", sample.pick(y.toArray(), t, width), output.toArray());
            limit.require("dx", sample.pick(dx.toArray(), t, shape.c()), downstream.toArray());
            for (String name : expected.names()) {
                limit.require(
                        "d" + name,
                        gradients.get(name).toArray(),
                        expected.get(name).toArray());
            }
        }
    }

    /** Forward with a tape, and full backward; the weights count as changed, so that packing is included. */
    Gradients step() {
        layer.weights().update(view -> {});
        gradients.zero();
        try (Tape tape = layer.forward(x, null, null, y, null)) {
            tape.backward(dy, null, dx, null, gradients);
        }
        return gradients;
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
