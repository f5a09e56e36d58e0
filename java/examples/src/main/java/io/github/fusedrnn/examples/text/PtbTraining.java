package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.SystemCheckpoint;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.BucketBatches;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.DataPosition;
import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.Initialization.Distribution;
import io.github.fusedrnn.train.Initialization.Fan;
import io.github.fusedrnn.train.LearningRate;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SequenceBatch;
import io.github.fusedrnn.train.Sgd;
import io.github.fusedrnn.train.StreamBatches;
import io.github.fusedrnn.weights.Initializers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A word model, its optimiser, and its position in the text: sentences in buckets, or one stream. One thread. */
final class PtbTraining implements AutoCloseable {
    private static final String SYSTEM = "ptb";

    private final PtbSettings settings;
    private final String same;
    private final PtbCorpus corpus;
    private final Resources resources = new Resources();
    private final LanguageModel model;
    private final Sgd sgd;
    private final LearningRate rate;
    private final @Nullable BucketBatches sentences;
    private final @Nullable StreamBatches streams;
    private final LossMeter meter = new LossMeter();
    private RecurrentState before;
    private RecurrentState after;

    PtbTraining(PtbSettings settings, PtbCorpus corpus, LayerOptions where, long seed) {
        this.settings = settings;
        this.same = settings + ", seed " + seed;
        this.corpus = corpus;
        try {
            LanguageModel.Size size = new LanguageModel.Size(
                    CellKind.LSTM,
                    corpus.vocabulary().size(),
                    settings.embedding(),
                    settings.hidden(),
                    settings.layers(),
                    0);
            Reduction reduction = Reduction.sum().times(1f / settings.batch());
            model = resources.add(new LanguageModel(size, start(settings), reduction, where, seed));
            sgd = resources.add(Sgd.builder(model.parameters())
                    .learningRate(settings.rate())
                    .weightDecay(settings.weightDecay())
                    .build());
            rate = LearningRate.decayAfter(settings.rate(), settings.decay(), settings.whole());
            before = resources.add(model.layer().newState(settings.batch()));
            after = resources.add(model.layer().newState(settings.batch()));
            sentences = settings.bucketed() ? buckets(corpus.train(), settings.batch(), false, seed) : null;
            streams = settings.bucketed() ? null : streams(PtbCorpus.stream(corpus.train()));
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    /** Xavier's with factor "in" and magnitude 2.34 for each matrix, or everything uniform in ±0.1. */
    private static LanguageModel.Start start(PtbSettings settings) {
        if (settings.bucketed()) {
            Initialization in = Initialization.xavier(Fan.IN, 2.34, Distribution.UNIFORM);
            // What the framework of the published run takes for the inputs of a table [V, D] is D.
            Initialization table = Initialization.xavier(Fan.OUT, 2.34, Distribution.UNIFORM);
            // It also starts the forget gate's part of both bias vectors at 1: together 2.
            return new LanguageModel.Start(
                    table, Initializers.forgetGateBias(2, in.recurrent()), in, Initialization.zeros());
        }
        Initialization tenth = Initialization.uniform(-0.1, 0.1);
        return new LanguageModel.Start(tenth, Initializers.uniform(-0.1, 0.1), tenth, tenth);
    }

    private StreamBatches streams(int[] text) {
        try {
            return new StreamBatches(text, settings.batch(), settings.window());
        } catch (IllegalArgumentException e) {
            throw new BadInput("--data: " + Texts.sentence(e), e);
        }
    }

    private BucketBatches buckets(List<int[]> text, int batch, boolean keepLast, long seed) {
        int[] lengths = settings.buckets().stream().mapToInt(Integer::intValue).toArray();
        try {
            return new BucketBatches(seed, PtbCorpus.lengths(text), lengths, batch, keepLast);
        } catch (IllegalArgumentException e) {
            throw new BadInput("--buckets: " + Texts.sentence(e), e);
        }
    }

    LanguageModel model() {
        return model;
    }

    private StreamBatches stream() {
        return Objects.requireNonNull(streams);
    }

    int batchesPerEpoch() {
        return sentences != null ? sentences.batchesPerEpoch() : stream().windowsPerEpoch();
    }

    /** Sentences that no bucket holds. */
    int dropped() {
        return sentences != null ? sentences.dropped() : 0;
    }

    DataPosition position() {
        return sentences != null ? sentences.position() : stream().position();
    }

    /** Loss of the current epoch so far. */
    LossMeter meter() {
        return meter;
    }

    /** One batch forward, backward and one update; tells its loss. */
    ClassificationLoss step() {
        DataPosition at = position();
        sgd.setLearningRate(rate.at(at.epoch() + (double) at.batch() / batchesPerEpoch()));
        ClassificationLoss measured;
        if (sentences != null) {
            SequenceBatch batch = batch(corpus.train(), sentences.next());
            measured = model.learn(batch, null, null, settings.padded() ? 0 : null);
        } else {
            StreamBatches.Window window = stream().next();
            if (window.first()) {
                before.reset();
            }
            measured = model.learn(window.batch(), before, after);
            RecurrentState next = after;
            after = before;
            before = next;
        }
        if (settings.clip() < Double.POSITIVE_INFINITY) {
            GradientClip.byGlobalNorm(model.parameters(), settings.clip());
        }
        sgd.step();
        meter.add(measured);
        return measured;
    }

    /**
     * Sentences as a batch. The end mark is also the padding there, and as little predicted: a sentence of n words has
     * n − 1 targets.
     */
    private SequenceBatch batch(List<int[]> text, BucketBatches.Batch chosen) {
        List<int[]> words = Arrays.stream(chosen.examples())
                .mapToObj(text::get)
                .map(marked -> Arrays.copyOf(marked, marked.length - 1))
                .toList();
        SequenceBatch batch = SequenceBatch.nextSymbols(chosen.steps(), words, 0);
        return settings.padded()
                ? new SequenceBatch(batch.steps(), batch.rows(), batch.inputs(), batch.targets(), null)
                : batch;
    }

    /** The loss over a text: over the sentences that a bucket holds, or over one stream with the state carried on. */
    LossMeter measure(List<int[]> text) {
        if (!settings.bucketed()) {
            return model.measure(PtbCorpus.stream(text), 1);
        }
        LossMeter measured = new LossMeter();
        BucketBatches all = buckets(text, settings.batch(), true, 0);
        for (int i = all.batchesPerEpoch(); i > 0; i--) {
            measured.add(model.measure(batch(text, all.next()), null, null));
        }
        return measured;
    }

    /** Writes everything that a resumed run needs for the same bits. */
    void save(Path file) throws IOException {
        Checkpoint.Writer writer = SystemCheckpoint.of(model.parameters(), SYSTEM, same)
                .optimizer(sgd)
                .position("data", position())
                .counter("lossBits", Double.doubleToLongBits(meter.counted() == 0 ? 0 : meter.mean() * meter.counted()))
                .counter("counted", meter.counted())
                .metadata("vocabulary", corpus.vocabulary().toText())
                .metadata(SystemCheckpoint.TEXT, Texts.checksum(corpus.train()));
        if (!settings.bucketed()) {
            writer.state("stream", before);
        }
        writer.write(file);
    }

    /** Resumes from what {@link #save} wrote; refuses a checkpoint of other settings, seed, words or text. */
    void resume(Path file) throws IOException {
        SystemCheckpoint.read(file, SYSTEM, same, saved -> {
            BadInput.check(
                    corpus.vocabulary().toText().equals(saved.metadata().get("vocabulary")),
                    file + ": words",
                    "different ones",
                    "those of --data");
            SystemCheckpoint.checkText(file, saved, Texts.checksum(corpus.train()), "--data");
            saved.restore(model.parameters());
            saved.restore(sgd);
            if (sentences != null) {
                sentences.seek(SystemCheckpoint.position(file, saved, "data"));
            } else {
                stream().seek(SystemCheckpoint.position(file, saved, "data"));
                saved.restore("stream", before);
            }
            meter.add(Double.longBitsToDouble(saved.counter("lossBits")), saved.counter("counted"));
            return saved;
        });
    }

    @Override
    public void close() {
        resources.close();
    }
}
