package io.github.fusedrnn.peers.ours;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.RaceCase;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Inference through a session. */
final class FusedRnnInference implements Contender {
    private final RecurrentLayer layer;
    private final Session session;
    private final FloatTensor x;
    private final FloatTensor y;
    private final RecurrentState state;
    private final @Nullable RecurrentState initial;
    private final int @Nullable [] lengths;

    FusedRnnInference(RaceCase race, CaseData data, int threads) {
        layer = Layers.of(race, data, threads);
        session = layer.session(race.steps(), race.rows(), threads);
        x = layer.newInput(race.steps(), race.rows()).copyFrom(data.x());
        y = layer.newOutput(race.steps(), race.rows());
        state = layer.newState(race.rows());
        initial = race.carriesState() ? state : null;
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
