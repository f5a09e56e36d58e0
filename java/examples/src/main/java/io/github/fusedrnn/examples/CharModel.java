package io.github.fusedrnn.examples;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentState;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Embedding;
import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.Optimizer;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SoftmaxCrossEntropy;
import io.github.fusedrnn.train.StreamBatches;
import io.github.fusedrnn.train.StreamBatches.Window;
import io.github.fusedrnn.weights.Initializers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Embedding or one-hot, recurrent layers, dense: logits of the next character. One thread. */
final class CharModel implements AutoCloseable {
    private final CharSettings settings;
    private final Vocabulary vocabulary;
    private final Resources resources = new Resources();
    private final Embedding embedding;
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final Dense dense;
    private final Parameters parameters;
    private final SoftmaxCrossEntropy loss;

    CharModel(CharSettings settings, Vocabulary vocabulary, LayerOptions where, long seed) {
        this.settings = settings;
        this.vocabulary = vocabulary;
        try {
            BackendKind backend = where.backend();
            int symbols = vocabulary.size();
            boolean oneHot = settings.embedding() == 0;
            int width = oneHot ? symbols : settings.embedding();
            embedding = resources.add(Embedding.builder(symbols, width)
                    .seed(seed)
                    .backend(backend)
                    .build());
            layer = resources.add(layer(settings, width, where, seed + 1));
            gradients = resources.add(layer.newGradients());
            dense = resources.add(Dense.builder(settings.hidden(), symbols)
                    .seed(seed + 2)
                    .backend(backend)
                    .build());
            Parameters.Builder all = Parameters.builder();
            if (oneHot) {
                // a table that is the identity and is not learned
                embedding.weight().fill(0);
                for (long i = 0; i < symbols; i++) {
                    embedding.weight().set(i * symbols + i, 1);
                }
            } else {
                all.add("embedding", embedding);
            }
            parameters =
                    all.add("recurrent", layer, gradients).add("dense", dense).build();
            loss = new SoftmaxCrossEntropy(backend, Reduction.average());
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    private static RecurrentLayer layer(CharSettings settings, int width, LayerOptions where, long seed) {
        return settings.cell() == CellKind.GRU
                ? where.apply(Gru.builder(width, settings.hidden()))
                        .layers(settings.layers())
                        .dropout(settings.dropout())
                        .dropoutSeed(seed)
                        .seed(seed)
                        .build()
                : where.apply(Lstm.builder(width, settings.hidden()))
                        .layers(settings.layers())
                        .dropout(settings.dropout())
                        .dropoutSeed(seed)
                        .initializer(Initializers.forgetGateBias(1, Initializers.pytorchUniform()))
                        .seed(seed)
                        .build();
    }

    CharSettings settings() {
        return settings;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    Parameters parameters() {
        return parameters;
    }

    RecurrentLayer layer() {
        return layer;
    }

    /** What training keeps from window to window: memory, and the state that is carried on. */
    final class Training implements AutoCloseable {
        private final Resources owned = new Resources();
        private final Optimizer optimizer;
        private final double clip;
        private final FloatTensor x;
        private final FloatTensor dx;
        private final FloatTensor y;
        private final FloatTensor dy;
        private final FloatTensor logits;
        private RecurrentState before;
        private RecurrentState after;

        /**
         * Training on windows of at most {@code steps} steps of {@code rows} streams; closes the optimiser in the end.
         */
        Training(Optimizer optimizer, double clip, int steps, int rows) {
            this.optimizer = owned.add(optimizer);
            this.clip = clip;
            x = owned.add(layer.newInput(steps, rows));
            dx = owned.add(layer.newInput(steps, rows));
            y = owned.add(layer.newOutput(steps, rows));
            dy = owned.add(layer.newOutput(steps, rows));
            logits = owned.add(layer.newTensor(steps, rows, vocabulary.size()));
            before = owned.add(layer.newState(rows));
            after = owned.add(layer.newState(rows));
        }

        /** One window: forward, backward through its steps, one update. The state goes on, its gradient does not. */
        ClassificationLoss step(Window window) {
            int t = window.steps();
            if (window.first()) {
                before.reset();
            }
            parameters.zeroGradients();
            FloatTensor input = x.slice(0, t);
            FloatTensor output = y.slice(0, t);
            FloatTensor scores = logits.slice(0, t);
            ClassificationLoss measured;
            embedding.forward(window.inputs(), input);
            try (Tape tape = layer.forward(input, null, before, output, after)) {
                dense.forward(output, scores);
                // the gradient takes the place of the logits, which nobody needs any more
                measured = loss.compute(scores, window.targets(), scores);
                FloatTensor dOutput = dy.slice(0, t);
                dense.backward(output, scores, scores, dOutput);
                boolean learned = settings.embedding() > 0;
                FloatTensor dInput = learned ? dx.slice(0, t) : null;
                tape.backward(dOutput, null, dInput, null, gradients);
                if (dInput != null) {
                    embedding.backward(window.inputs(), dInput);
                }
            }
            GradientClip.byGlobalNorm(parameters, clip);
            optimizer.step();
            RecurrentState next = after;
            after = before;
            before = next;
            return measured;
        }

        @Override
        public void close() {
            owned.close();
        }
    }

    /**
     * The mean loss over a text in nats per character, read in up to 16 streams side by side, each from a zero state.
     */
    LossMeter evaluate(int[] symbols) {
        int rows = Math.min(16, symbols.length - 1);
        int steps = 128;
        StreamBatches windows = new StreamBatches(symbols, rows, steps);
        LossMeter meter = new LossMeter();
        try (FloatTensor x = layer.newInput(steps, rows);
                FloatTensor y = layer.newOutput(steps, rows);
                FloatTensor logits = layer.newTensor(steps, rows, vocabulary.size());
                RecurrentState state = layer.newState(rows)) {
            for (int i = 0; i < windows.windowsPerEpoch(); i++) {
                Window window = windows.next();
                FloatTensor input = x.slice(0, window.steps());
                FloatTensor output = y.slice(0, window.steps());
                FloatTensor scores = logits.slice(0, window.steps());
                embedding.forward(window.inputs(), input);
                layer.infer(input, null, state, output, state);
                dense.forward(output, scores);
                meter.add(loss.compute(scores, window.targets(), null));
            }
        }
        return meter;
    }

    /**
     * Writes a text character by character.
     *
     * @param prime what it begins with, not empty; the model reads it first
     * @param temperature 1 draws from the model's own distribution, less is more careful, 0 always takes the likeliest
     * @param sink gets each new character
     */
    void sample(int[] prime, int count, double temperature, SplittableRandom random, Consumer<String> sink) {
        try (Session session = layer.session(1, 1, 1);
                FloatTensor x = layer.newInput(1, 1);
                FloatTensor y = layer.newOutput(1, 1);
                FloatTensor logits = layer.newTensor(1, 1, vocabulary.size());
                RecurrentState state = layer.newState(1)) {
            int[] symbol = new int[1];
            float[] scores = new float[vocabulary.size()];
            for (int i = 0; i < prime.length + count - 1; i++) {
                if (i < prime.length) {
                    symbol[0] = prime[i];
                }
                embedding.forward(symbol, x);
                session.infer(x, null, state, y, state);
                if (i >= prime.length - 1) {
                    dense.forward(y, logits);
                    logits.copyTo(scores);
                    symbol[0] = draw(scores, temperature, random);
                    sink.accept(vocabulary.character(symbol[0]));
                }
            }
        }
    }

    /** A symbol from softmax(scores / temperature). */
    static int draw(float[] scores, double temperature, SplittableRandom random) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        if (temperature == 0) {
            return best;
        }
        double[] weights = new double[scores.length];
        double total = 0;
        for (int i = 0; i < scores.length; i++) {
            weights[i] = Math.exp((scores[i] - scores[best]) / temperature);
            total += weights[i];
        }
        double left = random.nextDouble() * total;
        for (int i = 0; i < scores.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
        return best;
    }

    /** Writes weights, sizes and vocabulary. */
    void save(Path path) throws IOException {
        Checkpoint.Writer writer = Checkpoint.of(parameters).metadata("vocabulary", vocabulary.toString());
        settings.toMap().forEach(writer::metadata);
        writer.write(path);
    }

    /** Reads what {@link #save} wrote. */
    static CharModel load(Path path, LayerOptions where) throws IOException {
        try (Checkpoint saved = Checkpoint.open(path)) {
            String characters = saved.metadata().get("vocabulary");
            if (characters == null) {
                throw new IllegalArgumentException(path + ": no vocabulary (expected: a model saved by charlm)");
            }
            CharModel model =
                    new CharModel(CharSettings.fromMap(path, saved.metadata()), Vocabulary.of(characters), where, 0);
            try {
                saved.restore(model.parameters);
                return model;
            } catch (IOException | RuntimeException e) {
                model.close();
                throw e;
            }
        }
    }

    @Override
    public void close() {
        resources.close();
    }
}
