package io.github.fusedrnn.peers.fusedrnn;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;

/** The layer of a case. */
final class Layers {
    private Layers() {}

    static RecurrentLayer of(CaseSpec spec, CaseData data, int threads) {
        RecurrentBuilder<?> builder =
                switch (spec.cell()) {
                    case RNN -> Rnn.builder(spec.inputSize(), spec.hiddenSize());
                    case LSTM -> Lstm.builder(spec.inputSize(), spec.hiddenSize());
                    case GRU -> Gru.builder(spec.inputSize(), spec.hiddenSize());
                };
        builder.backend(BackendKind.CPU)
                .layers(spec.layers())
                .threads(threads)
                .maxPlans(1)
                .weights(data.weights());
        if (spec.bidirectional()) {
            builder.bidirectional();
        }
        return builder.build();
    }
}
