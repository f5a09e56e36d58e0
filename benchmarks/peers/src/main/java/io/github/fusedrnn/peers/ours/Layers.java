package io.github.fusedrnn.peers.ours;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.RaceCase;

/** The layer of a case. */
final class Layers {
    private Layers() {}

    static RecurrentLayer of(RaceCase race, CaseData data, int threads) {
        RecurrentBuilder<?> builder =
                switch (race.cell()) {
                    case RNN -> Rnn.builder(race.inputSize(), race.hiddenSize());
                    case LSTM -> Lstm.builder(race.inputSize(), race.hiddenSize());
                    case GRU -> Gru.builder(race.inputSize(), race.hiddenSize());
                };
        builder.backend(BackendKind.CPU)
                .layers(race.layers())
                .threads(threads)
                .maxPlans(1)
                .weights(data.weights());
        if (race.bidirectional()) {
            builder.bidirectional();
        }
        return builder.build();
    }
}
