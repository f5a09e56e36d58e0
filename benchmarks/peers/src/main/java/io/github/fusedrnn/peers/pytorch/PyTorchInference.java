package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.RaceCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Inference by whichever of the library's ways is fastest for the case. */
final class PyTorchInference implements Contender {
    private final InferenceWay way;

    PyTorchInference(RaceCase race, CaseData data) {
        List<InferenceWay> ways = new ArrayList<>();
        ways.add(new PaddedInference(race, data, false));
        if (race.cell() == CellKind.LSTM) {
            ways.add(new PaddedInference(race, data, true));
        }
        if (race.hasLengths()) {
            if (race.bidirectional()) {
                // The reverse direction must begin at the last valid step.
                ways.forEach(Way::close);
                ways.clear();
            }
            ways.add(new PackedInference(race, data));
        }
        way = Way.fastest(ways);
        way.reset();
    }

    @Override
    public void run() {
        way.run();
    }

    @Override
    public void reset() {
        way.reset();
    }

    @Override
    public float[] output() {
        return way.output();
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() {
        way.close();
    }
}
