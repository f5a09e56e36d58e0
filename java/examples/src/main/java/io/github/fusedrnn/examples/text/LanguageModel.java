package io.github.fusedrnn.examples.text;

import static io.github.fusedrnn.train.SoftmaxCrossEntropy.IGNORED;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Embedding;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SequenceBatch;
import io.github.fusedrnn.train.SoftmaxHead;
import io.github.fusedrnn.train.StreamBatches;
import io.github.fusedrnn.train.StreamBatches.Window;
import io.github.fusedrnn.train.Workspace;
import io.github.fusedrnn.weights.Initializer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Embedding or one-hot, recurrent layers, dense, softmax: the distribution of the next symbol. One thread at a time. */
final class LanguageModel implements AutoCloseable {
    /**
     * Sizes.
     *
     * @param cell LSTM or GRU
     * @param symbols V
     * @param embedding width of the embedding, 0 = one-hot
     * @param hidden units of each layer
     * @param layers stacked layers
     * @param dropout between layers, in training
     */
    record Size(CellKind cell, int symbols, int embedding, int hidden, int layers, float dropout) {}

    /** How the weights are drawn. */
    record Start(Initialization embedding, Initializer recurrent, Initialization dense, Initialization bias) {}

    private final Size size;
    private final Resources resources = new Resources();
    private final Embedding embedding;
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final Dense dense;
    private final SoftmaxHead head;
    private final Parameters parameters;
    private final Workspace x;
    private final Workspace dx;
    private final Workspace y;
    private final Workspace dy;
    private final Workspace dPadding;

    LanguageModel(Size size, Start start, Reduction reduction, LayerOptions where, long seed) {
        this.size = size;
        try {
            BackendKind backend = where.backend();
            boolean oneHot = size.embedding() == 0;
            int width = oneHot ? size.symbols() : size.embedding();
            embedding = resources.add(Embedding.builder(size.symbols(), width)
                    .initialize(oneHot ? Initialization.zeros() : start.embedding())
                    .seed(seed)
                    .backend(backend)
                    .build());
            layer = resources.add(where.layer(size.cell(), width, size.hidden())
                    .layers(size.layers())
                    .dropout(size.dropout())
                    .dropoutSeed(seed + 1)
                    .initializer(start.recurrent())
                    .seed(seed + 1)
                    .build());
            gradients = resources.add(layer.newGradients());
            dense = resources.add(Dense.builder(size.hidden(), size.symbols())
                    .initialize(start.dense())
                    .initializeBias(start.bias())
                    .seed(seed + 2)
                    .backend(backend)
                    .build());
            head = resources.add(new SoftmaxHead(dense, reduction));
            x = resources.add(new Workspace(backend));
            dx = resources.add(new Workspace(backend));
            y = resources.add(new Workspace(backend));
            dy = resources.add(new Workspace(backend));
            dPadding = resources.add(new Workspace(backend));
            Parameters.Builder all = Parameters.builder();
            if (oneHot) {
                for (long i = 0; i < size.symbols(); i++) {
                    embedding.weight().set(i * size.symbols() + i, 1); // a table that is not learned
                }
            } else {
                all.add("embedding", embedding);
            }
            parameters =
                    all.add("recurrent", layer, gradients).add("dense", dense).build();
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    Size size() {
        return size;
    }

    Parameters parameters() {
        return parameters;
    }

    RecurrentLayer layer() {
        return layer;
    }

    Embedding embedding() {
        return embedding;
    }

    Dense dense() {
        return dense;
    }

    /**
     * Forward and backward of one batch: the gradients of this batch alone stand in the parameters afterwards.
     *
     * @param stateIn state before it, null = zeros; its gradient ends here
     * @param stateOut state after it, null = not needed; a different one than {@code stateIn}
     */
    ClassificationLoss learn(SequenceBatch batch, @Nullable RecurrentState stateIn, @Nullable RecurrentState stateOut) {
        return learn(batch, stateIn, stateOut, null);
    }

    /**
     * The same, where steps without a target also learn, towards one symbol; the result does not count them.
     *
     * @param padding that symbol, null = they do not
     */
    ClassificationLoss learn(
            SequenceBatch batch,
            @Nullable RecurrentState stateIn,
            @Nullable RecurrentState stateOut,
            @Nullable Integer padding) {
        parameters.zeroGradients();
        FloatTensor input = input(batch);
        FloatTensor output = y.take(batch.steps(), batch.rows(), size.hidden());
        try (Tape tape = layer.forward(input, batch.lengths(), stateIn, output, stateOut)) {
            FloatTensor dOutput = dy.take(batch.steps(), batch.rows(), size.hidden());
            ClassificationLoss measured = head.train(output, batch.targets(), dOutput);
            if (padding != null) {
                int[] others = Arrays.stream(batch.targets())
                        .map(label -> label == IGNORED ? padding : IGNORED)
                        .toArray();
                FloatTensor more = dPadding.take(output.dims());
                head.train(output, others, more);
                Backends.dense(layer.backend()).axpy(1, more, dOutput);
            }
            boolean learned = size.embedding() > 0;
            FloatTensor dInput = learned ? dx.take(input.dims()) : null;
            tape.backward(dOutput, null, dInput, null, gradients);
            if (dInput != null) {
                embedding.backward(batch.inputs(), dInput);
            }
            return measured;
        }
    }

    /** The loss of one batch; the states may be the same object. */
    ClassificationLoss measure(
            SequenceBatch batch, @Nullable RecurrentState stateIn, @Nullable RecurrentState stateOut) {
        FloatTensor input = input(batch);
        FloatTensor output = y.take(batch.steps(), batch.rows(), size.hidden());
        layer.infer(input, batch.lengths(), stateIn, output, stateOut);
        return head.measure(output, batch.targets());
    }

    /** The mean loss over a stream of symbols, read in parallel rows, each from a zero state. */
    LossMeter measure(int[] symbols, int rows) {
        StreamBatches windows = new StreamBatches(symbols, rows, 128);
        LossMeter meter = new LossMeter();
        try (RecurrentState state = layer.newState(rows)) {
            for (int i = 0; i < windows.windowsPerEpoch(); i++) {
                Window window = windows.next();
                meter.add(measure(window.batch(), state, state));
            }
        }
        return meter;
    }

    private FloatTensor input(SequenceBatch batch) {
        FloatTensor input = x.take(batch.steps(), batch.rows(), embedding.width());
        embedding.forward(batch.inputs(), input);
        return input;
    }

    @Override
    public void close() {
        resources.close();
    }
}
