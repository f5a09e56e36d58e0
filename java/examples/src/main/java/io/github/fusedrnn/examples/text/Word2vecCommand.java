package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.SystemCheckpoint;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.examples.training.TrainingRun;
import io.github.fusedrnn.train.DataPosition;
import io.github.fusedrnn.train.LearningRate;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.ShuffledBatches;
import io.github.fusedrnn.train.Vocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Learns vectors of words from their neighbours. */
@Command(
        name = "word2vec",
        description = {
            "Learn word vectors by CBOW or skip-gram with negative sampling, and list nearest " + "neighbors.",
            "The text has one sentence per line. --save writes vectors from which ptb --vectors " + "can start."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Word2vecCommand implements Callable<Integer> {
    /** Sentences of a step, between which it can stop. */
    private static final int SENTENCES = 50;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            defaultValue = "../shared/data/ptb/ptb.train.txt",
            description = "Text in UTF-8, one sentence per line. Default: ${DEFAULT-VALUE}.")
    private Path text;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "cbow",
            description = "cbow or skipgram. Default: ${DEFAULT-VALUE}.")
    private Word2vec.Kind kind;

    @Option(
            names = "--width",
            paramLabel = "D",
            defaultValue = "256",
            description = "Width of the vectors. Default: ${DEFAULT-VALUE}.")
    private int width;

    @Option(
            names = "--window",
            paramLabel = "W",
            defaultValue = "5",
            description = "Maximum distance of a context word. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--negatives",
            paramLabel = "K",
            defaultValue = "5",
            description = "Negative samples per pair. Default: ${DEFAULT-VALUE}.")
    private int negatives;

    @Option(
            names = "--sample",
            paramLabel = "T",
            defaultValue = "0.001",
            description = "Subsampling threshold: more frequent words are dropped at random, 0 = never. "
                    + "Default: ${DEFAULT-VALUE}.")
    private double sample;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description = "Initial learning rate; it decays to a thousandth. Default: 0.05 for cbow, 0.025 for "
                    + "skipgram.")
    private @Nullable Float rate;

    @Option(
            names = "--nearest",
            paramLabel = "WORD",
            split = ",",
            description = "List the nearest neighbors of these words.")
    private List<String> nearest = List.of();

    @Override
    public Integer call() throws IOException {
        Word2vec.Settings settings = settings();
        List<List<String>> lines = PtbCorpus.sentences("--text", text);
        Vocabulary vocabulary = Vocabulary.mostFrequent(
                lines.stream().flatMap(List::stream).toList(), Integer.MAX_VALUE, PtbCorpus.END);
        BadInput.check(vocabulary.size() > 2, "--text", vocabulary.size() - 1 + " word", "two or more");
        for (String word : nearest) {
            BadInput.check(vocabulary.contains(word), "--nearest", "'" + word + "'", "a word of the text");
        }
        List<int[]> sentences = PtbCorpus.encode(vocabulary, text, lines);
        PrintWriter out = spec.commandLine().getOut();
        out.println(Texts.format(
                "%d sentences, %d words, %d different; %s, seed %d, backend %s",
                sentences.size(),
                sentences.stream().mapToInt(s -> s.length).sum(),
                vocabulary.size(),
                settings,
                training.seed(),
                Texts.lower(training.backend())));
        try (Word2vec learner = new Word2vec(settings, vocabulary, sentences, training.backend(), training.seed())) {
            if (train(learner, settings, vocabulary, sentences)) {
                return TrainingRun.INTERRUPTED;
            }
            WordVectors vectors = learner.vectors(vocabulary);
            for (String word : nearest) {
                out.println(word + ": " + String.join(", ", vectors.nearest(word, 8)));
            }
        }
        return 0;
    }

    private Word2vec.Settings settings() {
        training.check();
        training.requirePositive("--width", width);
        training.requirePositive("--window", window);
        training.requirePositive("--negatives", negatives);
        training.require(sample >= 0 && sample < 1, "--sample", sample, "0 <= T < 1");
        training.requireRate("--lr", rate);
        float usual = kind == Word2vec.Kind.CBOW ? 0.05f : 0.025f;
        return new Word2vec.Settings(kind, width, window, negatives, sample, rate != null ? rate : usual);
    }

    /** Trains, and tells whether Ctrl-C ended it. */
    private boolean train(Word2vec learner, Word2vec.Settings settings, Vocabulary vocabulary, List<int[]> sentences)
            throws IOException {
        ShuffledBatches order = new ShuffledBatches(training.seed(), sentences.size(), SENTENCES, true);
        long perEpoch = order.batchesPerEpoch();
        int epochs = training.epochs(5);
        LearningRate falling = LearningRate.linear(settings.rate(), settings.rate() / 1000, epochs);
        String same = settings + ", " + epochs + " epochs, seed " + training.seed();
        Path from = training.resume();
        if (from != null) {
            SystemCheckpoint.read(from, WordVectors.SYSTEM, same, saved -> {
                BadInput.check(
                        vocabulary.toText().equals(saved.metadata().get("vocabulary")),
                        from + ": words",
                        "different ones",
                        "those of --text");
                SystemCheckpoint.checkText(from, saved, Texts.checksum(sentences), "--text");
                saved.restore(learner.parameters());
                order.seek(SystemCheckpoint.position(from, saved, "data"));
                return saved;
            });
        }
        TrainingRun.Saver saver = file -> SystemCheckpoint.of(learner.parameters(), WordVectors.SYSTEM, same)
                .metadata("vocabulary", vocabulary.toText())
                .metadata(SystemCheckpoint.TEXT, Texts.checksum(sentences))
                .position("data", order.position())
                .write(file);
        LossCurve curve = new LossCurve("word2vec " + Texts.lower(kind), "epoch", "nats per pair");
        DataPosition start = order.position();
        LossMeter meter = new LossMeter();
        try (TrainingRun run = new TrainingRun(
                spec, training, curve, "batches", start.epoch() * perEpoch + start.batch(), epochs * perEpoch, saver)) {
            while (run.proceed()) {
                DataPosition at = order.position();
                float now = falling.at(at.epoch() + (double) at.batch() / perEpoch);
                SplittableRandom random =
                        new SplittableRandom(new SplittableRandom(training.seed()).nextLong() + run.steps());
                int[] chosen = order.next();
                for (int sentence : chosen) {
                    learner.learn(sentences.get(sentence), now, random, meter);
                }
                run.step(
                        Arrays.stream(chosen)
                                .mapToLong(s -> sentences.get(s).length)
                                .sum(),
                        meter.counted() == 0 ? 0 : meter.mean());
                if (order.position().batch() == 0) {
                    run.println(Texts.format(
                            "epoch %d: %.4f nats per pair, %.0f words/s",
                            at.epoch() + 1, meter.mean(), run.speed().rate()));
                    run.point("training", (double) (at.epoch() + 1), meter.mean());
                    meter.reset();
                    run.speed().reset();
                    run.save();
                }
            }
            return run.interrupted();
        }
    }
}
