package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentBuilder;
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
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SoftmaxCrossEntropy;
import org.jspecify.annotations.Nullable;

/**
 * Embedding, one recurrent layer, dense, softmax: a class for each step of a sequence (many to many), or, from the last
 * state, one for the whole (many to one). Time-major; symbols are {@code ids[t * N + n]}. One thread.
 */
final class SequenceClassifier implements AutoCloseable {
    /** What is built; {@code whole} wants one class for a sequence, from a layer that reads forwards. */
    record Size(
            CellKind cell, int symbols, int embedding, int hidden, int classes, boolean bidirectional, boolean whole) {}

    private final Size size;
    private final Resources resources = new Resources();
    private final Embedding embedding;
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final Dense dense;
    private final Parameters parameters;
    private final SoftmaxCrossEntropy loss;

    SequenceClassifier(Size size, LayerOptions where, long seed) {
        this.size = size;
        try {
            BackendKind backend = where.backend();
            embedding = resources.add(Embedding.builder(size.symbols(), size.embedding())
                    .seed(seed)
                    .backend(backend)
                    .build());
            RecurrentBuilder<?> builder = where.layer(size.cell(), size.embedding(), size.hidden());
            builder.seed(seed + 1);
            layer = resources.add((size.bidirectional() ? builder.bidirectional() : builder).build());
            gradients = resources.add(layer.newGradients());
            dense = resources.add(Dense.builder(layer.config().outputSize(), size.classes())
                    .seed(seed + 2)
                    .backend(backend)
                    .build());
            parameters = Parameters.builder()
                    .add("embedding", embedding)
                    .add("recurrent", layer, gradients)
                    .add("dense", dense)
                    .build();
            loss = new SoftmaxCrossEntropy(backend, Reduction.average());
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    Parameters parameters() {
        return parameters;
    }

    RecurrentLayer layer() {
        return layer;
    }

    /**
     * Forward and backward; adds to gradients that are zero.
     *
     * @param ids of N sequences, padded with any symbol
     * @param lengths of the sequences; null = all of full length
     * @param labels one for each id, ignored behind an end, or one for each sequence
     * @return the loss of this batch
     */
    ClassificationLoss train(int[] ids, int rows, int @Nullable [] lengths, int[] labels) {
        int t = ids.length / rows;
        try (Resources memory = new Resources()) {
            FloatTensor x = memory.add(layer.newInput(t, rows));
            FloatTensor dx = memory.add(layer.newInput(t, rows));
            FloatTensor y = memory.add(layer.newOutput(t, rows));
            FloatTensor dy = memory.add(layer.newOutput(t, rows));
            RecurrentState end = memory.add(layer.newState(rows));
            RecurrentState dEnd = memory.add(layer.newState(rows));
            FloatTensor logits = memory.add(layer.newTensor(labels.length, size.classes()));
            embedding.forward(ids, x);
            ClassificationLoss measured;
            try (Tape tape = layer.forward(x, lengths, null, y, end)) {
                FloatTensor read = size.whole() ? end.h() : y;
                dense.forward(read, logits);
                measured = loss.compute(logits, labels, logits);
                dense.backward(read, logits, logits, size.whole() ? dEnd.h() : dy);
                tape.backward(size.whole() ? null : dy, size.whole() ? dEnd : null, dx, null, gradients);
            }
            embedding.backward(ids, dx);
            return measured;
        }
    }

    /** The loss without learning; arguments as in {@link #train}. */
    ClassificationLoss measure(int[] ids, int rows, int @Nullable [] lengths, int[] labels) {
        try (FloatTensor logits = logits(ids, rows, lengths)) {
            return loss.compute(logits, labels, null);
        }
    }

    /** Scores of all classes, one row for each label; the caller closes them. */
    FloatTensor logits(int[] ids, int rows, int @Nullable [] lengths) {
        int t = ids.length / rows;
        Resources result = new Resources();
        try (FloatTensor x = layer.newInput(t, rows);
                FloatTensor y = layer.newOutput(t, rows);
                RecurrentState end = layer.newState(rows)) {
            FloatTensor logits = result.add(layer.newTensor(size.whole() ? rows : ids.length, size.classes()));
            embedding.forward(ids, x);
            layer.infer(x, lengths, null, y, end);
            dense.forward(size.whole() ? end.h() : y, logits);
            return logits;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    /** One step of all rows, from and to a state: scores {@code [N * classes]}. */
    float[] step(int[] ids, RecurrentState state) {
        try (FloatTensor x = layer.newInput(1, ids.length);
                FloatTensor y = layer.newOutput(1, ids.length);
                FloatTensor logits = layer.newTensor(ids.length, size.classes())) {
            embedding.forward(ids, x);
            layer.infer(x, null, state, y, state);
            dense.forward(y, logits);
            return logits.toArray();
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
