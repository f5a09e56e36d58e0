package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.tensor.FloatTensor;

/** A layer with all that a training step needs, its gradients checked once, so that no wrong answer is timed. */
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
     * @throws IllegalStateException if a gradient is not the reference's
     */
    TrainingCase(LayerCase which) {
        Shape shape = which.shape();
        layer = which.layer();
        x = layer.newInput(shape.t(), shape.n());
        y = layer.newOutput(shape.t(), shape.n());
        dy = layer.newOutput(shape.t(), shape.n());
        dx = layer.newInput(shape.t(), shape.n());
        gradients = layer.newGradients();
        x.copyFrom(LayerCase.uniform(x.size(), 1));
        check(which);
        dy.copyFrom(LayerCase.uniform(dy.size(), 2));
    }

    /** With a dy that is zero but for the sample's rows, every gradient is that of the sample alone. */
    private void check(LayerCase which) {
        Shape shape = which.shape();
        int t = shape.t();
        int width = shape.outputWidth();
        RowSample sample =
                RowSample.of(shape.n(), 3 * shape.flopsOfRow(which.cell().gateCount()));
        float[] sampled = LayerCase.uniform(dy.size(), 2);
        sample.keepOnly(sampled, t, width);
        dy.copyFrom(sampled);
        step();
        try (RecurrentLayer oracle = which.reference();
                FloatTensor rows = oracle.newInput(t, sample.count());
                FloatTensor output = oracle.newOutput(t, sample.count());
                FloatTensor upstream = oracle.newOutput(t, sample.count());
                FloatTensor downstream = oracle.newInput(t, sample.count());
                Gradients expected = oracle.newGradients()) {
            rows.copyFrom(sample.pick(x.toArray(), t, shape.c()));
            upstream.copyFrom(sample.pick(sampled, t, width));
            try (Tape tape = oracle.forward(rows, null, null, output, null)) {
                tape.backward(upstream, null, downstream, null, expected);
            }
            Deviation limit = new Deviation(which.toString(), Tolerances.float32(layer.config(), t, shape.n()));
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

    /** Forward with a tape, and backward of everything; the weights are new, so that packing is part of it. */
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
