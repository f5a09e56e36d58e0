package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/** A layer with a session, input, output and a state carried from call to call; checked once, so that no wrong result is timed. */
final class InferenceCase implements AutoCloseable {
    private final RecurrentLayer layer;
    private final Session session;
    private final FloatTensor x;
    private final int @Nullable [] lengths;
    private final FloatTensor y;
    private final RecurrentState state;

    /**
     * Builds and checks a case.
     *
     * @param lengths valid steps of each row; null = T for all
     * @throws IllegalStateException if outputs or final states differ from the reference
     */
    InferenceCase(LayerCase layerCase, int @Nullable [] lengths) {
        Shape shape = layerCase.shape();
        this.lengths = lengths;
        layer = layerCase.layer();
        session = layer.session(shape.t(), shape.n(), layerCase.threads());
        x = layer.newInput(shape.t(), shape.n());
        y = layer.newOutput(shape.t(), shape.n());
        state = layer.newState(shape.n());
        x.copyFrom(LayerCase.uniform(x.size(), 1));
        infer();
        check(layerCase);
        state.reset();
    }

    private void check(LayerCase layerCase) {
        Shape shape = layerCase.shape();
        RowSample sample =
                RowSample.of(shape.n(), shape.flopsOfRow(layerCase.cell().gateCount()));
        try (RecurrentLayer reference = layerCase.reference();
                FloatTensor rows = reference.newInput(shape.t(), sample.count());
                FloatTensor expected = reference.newOutput(shape.t(), sample.count());
                RecurrentState finalState = reference.newState(sample.count())) {
            rows.copyFrom(sample.pick(x.toArray(), shape.t(), shape.c()));
            reference.infer(rows, lengths == null ? null : sample.pick(lengths), null, expected, finalState);
            Deviation limit =
                    new Deviation(layerCase.toString(), Tolerances.float32(layer.config(), shape.t(), shape.n()));
            limit.require("y", sample.pick(y.toArray(), shape.t(), shape.outputWidth()), expected.toArray());
            limit.require(
                    "h",
                    sample.pick(state.h().toArray(), shape.stateLayers(), shape.h()),
                    finalState.h().toArray());
            if (state.hasCellState()) {
                limit.require(
                        "c",
                        sample.pick(state.c().toArray(), shape.stateLayers(), shape.h()),
                        finalState.c().toArray());
            }
        }
    }

    /** One call through the session. */
    FloatTensor infer() {
        session.infer(x, lengths, state, y, state);
        return y;
    }

    /** One call through the layer. */
    FloatTensor inferByLayer() {
        layer.infer(x, lengths, state, y, state);
        return y;
    }

    /** The explanation of what the session runs. */
    Object explain() {
        return session.explain();
    }

    @Override
    public void close() {
        state.close();
        y.close();
        x.close();
        session.close();
        layer.close();
    }
}
