package io.github.fusedrnn.examples;

import io.github.fusedrnn.Activation;
import io.github.fusedrnn.Direction;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.List;
import java.util.function.Consumer;

/** From a description, such as a file gives it, back to a layer. */
final class Layers {
    private Layers() {}

    /**
     * A new layer, which the caller closes.
     *
     * @param options what a description does not say: backend, threads, weights
     */
    static RecurrentLayer build(RecurrentDesc desc, Consumer<RecurrentBuilder<?>> options) {
        return switch (desc.cell()) {
            case RNN -> {
                Rnn.Builder rnn = shared(Rnn.builder(desc.inputSize(), desc.hiddenSize()), desc);
                options.accept(rnn);
                yield rnn.build();
            }
            case LSTM -> {
                Lstm.Builder lstm = shared(Lstm.builder(desc.inputSize(), desc.hiddenSize()), desc)
                        .projection(desc.projectionSize())
                        .cellClip(desc.cellClip())
                        .peepholes(desc.peepholes())
                        .coupledInputForget(desc.coupledInputForget());
                options.accept(lstm);
                yield lstm.build();
            }
            case GRU -> {
                Gru.Builder gru = shared(Gru.builder(desc.inputSize(), desc.hiddenSize()), desc)
                        .reset(desc.reset());
                options.accept(gru);
                yield gru.build();
            }
        };
    }

    private static <B extends RecurrentBuilder<B>> B shared(B builder, RecurrentDesc desc) {
        int slots = desc.cell().activationSlots().size();
        builder.layers(desc.layers())
                .direction(desc.direction())
                .bias(desc.bias())
                .batchMajor(desc.batchMajor())
                .dropout(desc.dropout())
                .gateClip(desc.gateClip())
                .activations(functions(desc.activations().subList(0, slots)));
        if (desc.direction() == Direction.BIDIRECTIONAL) {
            builder.bidirectional(desc.merge())
                    .reverseActivations(functions(desc.activations().subList(slots, 2 * slots)));
        }
        return builder;
    }

    private static Activation[] functions(List<Activation> functions) {
        return functions.toArray(new Activation[0]);
    }
}
