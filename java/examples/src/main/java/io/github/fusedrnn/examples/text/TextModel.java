package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.Session;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.SystemCheckpoint;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SequenceBatch;
import io.github.fusedrnn.train.Vocabulary;
import io.github.fusedrnn.weights.Initializers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A language model with its vocabulary: reads, scores and generates texts. One thread at a time. */
final class TextModel implements AutoCloseable {
    static final String SYSTEM = "charlm";

    private final TextLevel level;
    private final Vocabulary vocabulary;
    private final LanguageModel model;

    TextModel(TextLevel level, Vocabulary vocabulary, LanguageModel.Size size, LayerOptions where, long seed) {
        this.level = level;
        this.vocabulary = vocabulary;
        LanguageModel.Start start = new LanguageModel.Start(
                Initialization.normal(0, 1),
                size.cell() == CellKind.LSTM
                        ? Initializers.forgetGateBias(1, Initializers.pytorchUniform())
                        : Initializers.pytorchUniform(),
                Initialization.glorotUniform(),
                Initialization.zeros());
        this.model = new LanguageModel(size, start, Reduction.average(), where, seed);
    }

    LanguageModel model() {
        return model;
    }

    TextLevel level() {
        return level;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * A text's symbols.
     *
     * @param what the text is, for the message
     * @throws BadInput if it has a symbol that the model does not know
     */
    int[] encode(String what, String text) {
        try {
            return vocabulary.encode(what, level.tokens(text));
        } catch (IllegalArgumentException e) {
            throw new BadInput(Texts.sentence(e), e);
        }
    }

    /**
     * The probability of a sentence, from a sentence's end to its own end mark: Σ log p(symbol | those before it), in
     * nats, over its symbols and the mark.
     */
    ClassificationLoss score(String what, String sentence) {
        int[] symbols = encode(what, sentence);
        int[] marked = new int[symbols.length + 2];
        Arrays.fill(marked, vocabulary.number(level.end()));
        System.arraycopy(symbols, 0, marked, 1, symbols.length);
        return model.measure(SequenceBatch.nextSymbols(marked.length - 1, List.of(marked), 0), null, null);
    }

    /**
     * Generates a text symbol by symbol.
     *
     * @param prime the start of the text, not empty; the model reads it first
     * @param sink gets the text of each new symbol
     */
    void sample(int[] prime, int count, Sampler sampler, SplittableRandom random, Consumer<String> sink) {
        try (Session session = model.layer().session(1, 1, 1);
                FloatTensor x = model.layer().newInput(1, 1);
                FloatTensor y = model.layer().newOutput(1, 1);
                FloatTensor logits = model.layer().newTensor(1, 1, vocabulary.size());
                RecurrentState state = model.layer().newState(1)) {
            int end = vocabulary.number(level.end());
            int[] symbol = {prime[0]};
            float[] scores = new float[vocabulary.size()];
            for (int i = 0; i < prime.length + count - 1; i++) {
                if (i < prime.length) {
                    symbol[0] = prime[i];
                }
                boolean first = symbol[0] == end;
                model.embedding().forward(symbol, x);
                session.infer(x, null, state, y, state);
                if (i >= prime.length - 1) {
                    model.dense().forward(y, logits);
                    logits.copyTo(scores);
                    symbol[0] = sampler.draw(scores, random);
                    sink.accept(level.text(vocabulary.symbol(symbol[0]), first));
                }
            }
        }
    }

    /** Begins a checkpoint with everything that {@link #load} needs. */
    Checkpoint.Writer checkpoint(Object settings) {
        LanguageModel.Size size = model.size();
        return SystemCheckpoint.of(model.parameters(), SYSTEM, settings)
                .metadata("level", Texts.lower(level))
                .metadata("vocabulary", vocabulary.toText())
                .metadata("unknown", String.valueOf(vocabulary.contains(TextLevel.UNKNOWN)))
                .metadata("cell", Texts.lower(size.cell()))
                .metadata("hidden", String.valueOf(size.hidden()))
                .metadata("layers", String.valueOf(size.layers()))
                .metadata("embedding", String.valueOf(size.embedding()))
                .metadata("dropout", String.valueOf(size.dropout()));
    }

    /** Reads a model from a checkpoint. */
    static TextModel load(Path file, LayerOptions where) throws IOException {
        return SystemCheckpoint.read(file, SYSTEM, saved -> {
            TextModel loaded = empty(file, saved.metadata(), where);
            try {
                saved.restore(loaded.model.parameters());
                return loaded;
            } catch (IOException | RuntimeException e) {
                loaded.close();
                throw e;
            }
        });
    }

    private static TextModel empty(Path file, Map<String, String> saved, LayerOptions where) {
        try {
            Vocabulary all = Vocabulary.parse(saved.getOrDefault("vocabulary", ""));
            Vocabulary vocabulary =
                    Boolean.parseBoolean(saved.get("unknown")) ? all.withUnknown(TextLevel.UNKNOWN) : all;
            return new TextModel(
                    TextLevel.valueOf(saved.getOrDefault("level", "").toUpperCase(Locale.ROOT)),
                    vocabulary,
                    new LanguageModel.Size(
                            CellKind.valueOf(saved.getOrDefault("cell", "").toUpperCase(Locale.ROOT)),
                            vocabulary.size(),
                            Integer.parseInt(saved.getOrDefault("embedding", "")),
                            Integer.parseInt(saved.getOrDefault("hidden", "")),
                            Integer.parseInt(saved.getOrDefault("layers", "")),
                            Float.parseFloat(saved.getOrDefault("dropout", ""))),
                    where,
                    0);
        } catch (IllegalArgumentException e) {
            throw new BadInput(file + ": its sizes or symbols cannot be read (expected: a model saved by charlm)", e);
        }
    }

    /** One line. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        LanguageModel.Size size = model.size();
        parts.add(size.layers() + " x " + size.cell() + " of " + size.hidden());
        parts.add(size.embedding() == 0 ? "one-hot" : "embedding of " + size.embedding());
        if (size.dropout() > 0) {
            parts.add("dropout " + size.dropout());
        }
        parts.add(size.symbols() + " symbols by " + Texts.lower(level));
        return String.join(", ", parts);
    }

    @Override
    public void close() {
        model.close();
    }
}
