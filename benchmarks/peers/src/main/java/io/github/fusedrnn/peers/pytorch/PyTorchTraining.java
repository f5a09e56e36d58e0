package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.RaceCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Training by whichever of the library's ways is fastest for the case. */
final class PyTorchTraining implements Contender {
    private final TrainingWay way;

    PyTorchTraining(RaceCase race, CaseData data) {
        List<TrainingWay> ways = new ArrayList<>();
        ways.add(new TrainingWay(race, data, false));
        if (race.cell() == CellKind.LSTM) {
            ways.add(new TrainingWay(race, data, true));
        }
        way = Way.fastest(ways);
    }

    @Override
    public void run() {
        way.run();
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        return way.output();
    }

    @Override
    public Map<String, float[]> gradients() {
        return way.gradients();
    }

    @Override
    public void close() {
        way.close();
    }
}
