package io.github.fusedrnn.train;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Embedding, dropout, LSTM and dense layer on a text with a rule: small enough for the reference backend, and with
 * everything that a real training loop has.
 */
final class TinyLanguageModel implements AutoCloseable {
    static final int SYMBOLS = 5;
    static final int WIDTH = 8;
    static final int HIDDEN = 16;
    private static final int ROWS = 4;
    private static final int STEPS = 10;

    final Embedding embedding;
    final Lstm lstm;
    final Gradients gradients;
    final Dense head;
    final Parameters parameters;
    final Adam adam;
    final StreamBatches batches;
    final LossMeter meter = new LossMeter();
    private final BackendKind backend;
    private final Dropout dropout;
    private final SoftmaxCrossEntropy loss;
    private final RecurrentState state;
    private final RecurrentState next;
    private long calls;

    TinyLanguageModel(BackendKind backend, long seed) {
        this.backend = backend;
        embedding =
                Embedding.builder(SYMBOLS, WIDTH).seed(seed).backend(backend).build();
        lstm = Lstm.builder(WIDTH, HIDDEN).seed(seed).backend(backend).build();
        gradients = lstm.newGradients();
        head = Dense.builder(HIDDEN, SYMBOLS).seed(seed).backend(backend).build();
        parameters = Parameters.builder()
                .add("embedding", embedding)
                .add("lstm", lstm, gradients)
                .add("head", head)
                .build();
        adam = Adam.builder(parameters).learningRate(0.02f).build();
        batches = new StreamBatches(text(), ROWS, STEPS);
        dropout = new Dropout(backend, 0.1f, 7, 0);
        loss = new SoftmaxCrossEntropy(backend, Reduction.average());
        state = lstm.newState(ROWS);
        next = lstm.newState(ROWS);
    }

    /** Runs of 0 1 2 3 with the symbol 4 after every third: what follows is a function of the last dozen symbols. */
    private static int[] text() {
        int[] symbols = new int[400];
        for (int i = 0; i < symbols.length; i++) {
            int phase = i % 13;
            symbols[i] = phase == 12 ? 4 : phase % 4;
        }
        return symbols;
    }

    /** Trains and returns the loss of the last step. */
    double train(int steps) {
        double last = Double.NaN;
        for (int i = 0; i < steps; i++) {
            StreamBatches.Window window = batches.next();
            if (window.first()) {
                state.reset();
            }
            last = step(window);
        }
        return last;
    }

    private double step(StreamBatches.Window window) {
        int t = window.steps();
        parameters.zeroGradients();
        try (FloatTensor x = lstm.newInput(t, ROWS);
                FloatTensor y = lstm.newOutput(t, ROWS);
                FloatTensor logits = FloatTensor.allocate(backend, t, ROWS, SYMBOLS);
                FloatTensor dy = lstm.newOutput(t, ROWS);
                FloatTensor dx = lstm.newInput(t, ROWS)) {
            long call = calls++;
            embedding.forward(window.inputs(), x);
            dropout.forward(call, x, x);
            ClassificationLoss result;
            try (Tape tape = lstm.forward(x, null, state, y, next)) {
                head.forward(y, logits);
                result = loss.compute(logits, window.targets(), logits);
                meter.add(result);
                head.backward(y, logits, logits, dy);
                tape.backward(dy, null, dx, null, gradients);
            }
            dropout.backward(call, dx, dx);
            embedding.backward(window.inputs(), dx);
            GradientClip.byGlobalNorm(parameters, 5);
            adam.step();
            state.copyFrom(next);
            return result.value();
        }
    }

    Map<String, List<Float>> weights() {
        Map<String, List<Float>> all = new HashMap<>();
        parameters.blocks().forEach((name, block) -> block.entries()
                .forEach(entry -> all.put(name + "." + entry.name(), list(block.read(entry)))));
        return all;
    }

    /** A list, because lists compare by their elements. */
    private static List<Float> list(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    void save(Path path) throws IOException {
        Checkpoint.of(parameters)
                .optimizer(adam)
                .position("train", batches.position())
                .counter("calls", calls)
                .state("lstm", state)
                .write(path);
    }

    void restore(Path path) throws IOException {
        try (Checkpoint saved = Checkpoint.open(path)) {
            saved.restore(parameters);
            saved.restore(adam);
            batches.seek(saved.position("train"));
            calls = saved.counter("calls");
            saved.restore("lstm", state);
        }
    }

    @Override
    public void close() {
        adam.close();
        next.close();
        state.close();
        head.close();
        gradients.close();
        lstm.close();
        embedding.close();
    }
}
