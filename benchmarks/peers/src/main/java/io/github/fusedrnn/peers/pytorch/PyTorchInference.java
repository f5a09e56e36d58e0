package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Inference with the library's fastest strategy for the case. */
final class PyTorchInference implements LibraryCase {
    private final InferenceStrategy strategy;

    PyTorchInference(CaseSpec spec, CaseData data) {
        List<InferenceStrategy> strategies = new ArrayList<>();
        strategies.add(new PaddedInference(spec, data, false));
        if (spec.cell() == CellKind.LSTM) {
            strategies.add(new PaddedInference(spec, data, true));
        }
        if (spec.hasLengths()) {
            if (spec.bidirectional()) {
                // The reverse direction must start at the last valid step.
                strategies.forEach(Strategy::close);
                strategies.clear();
            }
            strategies.add(new PackedInference(spec, data));
        }
        strategy = Strategy.fastest(strategies);
        strategy.reset();
    }

    @Override
    public void run() {
        strategy.run();
    }

    @Override
    public void reset() {
        strategy.reset();
    }

    @Override
    public float[] output() {
        return strategy.output();
    }

    @Override
    public Map<String, float[]> gradients() {
        return Map.of();
    }

    @Override
    public void close() {
        strategy.close();
    }
}
