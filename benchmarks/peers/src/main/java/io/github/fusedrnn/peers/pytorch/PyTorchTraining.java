package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Training with the library's fastest strategy for the case. */
final class PyTorchTraining implements LibraryCase {
    private final TrainingStrategy strategy;

    PyTorchTraining(CaseSpec spec, CaseData data) {
        List<TrainingStrategy> strategies = new ArrayList<>();
        strategies.add(new TrainingStrategy(spec, data, false));
        if (spec.cell() == CellKind.LSTM) {
            strategies.add(new TrainingStrategy(spec, data, true));
        }
        strategy = Strategy.fastest(strategies);
    }

    @Override
    public void run() {
        strategy.run();
    }

    @Override
    public void reset() {}

    @Override
    public float[] output() {
        return strategy.output();
    }

    @Override
    public Map<String, float[]> gradients() {
        return strategy.gradients();
    }

    @Override
    public void close() {
        strategy.close();
    }
}
