package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.check.Tolerances;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import org.jspecify.annotations.Nullable;

/** A layer with a session, input, output and a state that is carried from call to call; checked once, so that no wrong answer is timed. */
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
     * @throws IllegalStateException if outputs or final states are not the reference's
     */
    InferenceCase(LayerCase which, int @Nullable [] lengths) {
        Shape shape = which.shape();
        this.lengths = lengths;
        layer = which.layer();
        session = layer.session(shape.t(), shape.n(), which.threads());
        x = layer.newInput(shape.t(), shape.n());
        y = layer.newOutput(shape.t(), shape.n());
        state = layer.newState(shape.n());
        x.copyFrom(LayerCase.uniform(x.size(), 1));
        infer();
        check(which);
        state.reset();
    }

    private void check(LayerCase which) {
        Shape shape = which.shape();
        RowSample sample = RowSample.of(shape.n(), shape.flopsOfRow(which.cell().gateCount()));
        try (RecurrentLayer oracle = which.reference();
                FloatTensor rows = oracle.newInput(shape.t(), sample.count());
                FloatTensor expected = oracle.newOutput(shape.t(), sample.count());
                RecurrentState end = oracle.newState(sample.count())) {
            rows.copyFrom(sample.pick(x.toArray(), shape.t(), shape.c()));
            oracle.infer(rows, lengths == null ? null : sample.pick(lengths), null, expected, end);
            Deviation limit = new Deviation(which.toString(), Tolerances.float32(layer.config(), shape.t(), shape.n()));
            limit.require("y", sample.pick(y.toArray(), shape.t(), shape.outputWidth()), expected.toArray());
            limit.require(
                    "h",
                    sample.pick(state.h().toArray(), shape.stateLayers(), shape.h()),
                    end.h().toArray());
            if (state.hasCellState()) {
                limit.require(
                        "c",
                        sample.pick(state.c().toArray(), shape.stateLayers(), shape.h()),
                        end.c().toArray());
            }
        }
    }

    /** One call through the session. */
    FloatTensor infer() {
        session.infer(x, lengths, state, y, state);
        return y;
    }

    /** One call through the layer itself. */
    FloatTensor inferByLayer() {
        layer.infer(x, lengths, state, y, state);
        return y;
    }

    /** What the session runs. */
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
