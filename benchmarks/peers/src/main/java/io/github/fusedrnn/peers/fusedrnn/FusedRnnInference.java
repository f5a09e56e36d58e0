package io.github.fusedrnn.peers.fusedrnn;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Inference through a session. */
final class FusedRnnInference implements LibraryCase {
    private final RecurrentLayer layer;
    private final Session session;
    private final FloatTensor x;
    private final FloatTensor y;
    private final RecurrentState state;
    private final @Nullable RecurrentState initial;
    private final int @Nullable [] lengths;

    FusedRnnInference(CaseSpec spec, CaseData data, int threads) {
        layer = Layers.of(spec, data, threads);
        session = layer.session(spec.steps(), spec.rows(), threads);
        x = layer.newInput(spec.steps(), spec.rows()).copyFrom(data.x());
        y = layer.newOutput(spec.steps(), spec.rows());
        state = layer.newState(spec.rows());
        initial = spec.carriesState() ? state : null;
        lengths = data.lengths();
    }

    @Override
    public void run() {
        session.infer(x, lengths, initial, y, state);
    }

    @Override
    public void reset() {
        state.reset();
    }

    @Override
    public float[] output() {
        return y.toArray();
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() {
        session.close();
        state.close();
        y.close();
        x.close();
        layer.close();
    }
}
