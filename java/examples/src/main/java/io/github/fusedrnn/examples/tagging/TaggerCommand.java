package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.tagging.HiddenMarkov.Sentence;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.SequenceBatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A tag for each word, where the best possible tagger is known. */
@Command(
        name = "tagger",
        description = {
            "Tag each word of sentences of different lengths (many to many). A hidden Markov "
                    + "model generates sentences and tags, so the best possible accuracy is known: that of "
                    + "its forward-backward algorithm, or, for a tagger that sees no later words "
                    + "(--one-way), of its forward algorithm.",
            "An epoch is 100 batches of newly generated sentences. With the default sizes and "
                    + "epochs the exit code is 1 if the accuracy is more than 0.5 percentage points below "
                    + "the best."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class TaggerCommand implements Callable<Integer> {
    private static final int EPOCHS = 20;
    private static final double MARGIN = 0.005;
    private static final int SHORTEST = 3;
    private static final int TEST_SENTENCES = 2_000;
    private static final long TEST_SEED = 20_261_121;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClassifierOptions options;

    @Option(names = "--one-way", description = "Use one direction only, which sees no later words.")
    private boolean oneWay;

    @Option(names = "--hidden", defaultValue = "32", description = "Units per direction. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(
            names = "--longest",
            defaultValue = "25",
            description = "Maximum words per sentence. Default: ${DEFAULT-VALUE}.")
    private int longest;

    @Override
    public Integer call() throws IOException {
        options.check();
        options.requirePositive("--hidden", hidden);
        options.require(longest >= SHORTEST, "--longest", longest, "an integer >= " + SHORTEST);
        PrintWriter out = spec.commandLine().getOut();
        HiddenMarkov language = language();
        List<Sentence> test = draw(language, new SplittableRandom(TEST_SEED), TEST_SENTENCES);
        double best = bestAccuracy(language, test, !oneWay);
        int steps = options.epochs(EPOCHS) * TaskTraining.BATCHES_PER_EPOCH;
        String settings = Texts.format(
                "%s of %d units, %s, %s, %d to %d words",
                options.cell(),
                hidden,
                oneWay ? "one direction" : "bidirectional",
                options.describe(steps),
                SHORTEST,
                longest);
        var size = new SequenceClassifier.Size(
                options.cell(), language.words(), 16, hidden, language.tags(), !oneWay, false);
        try (SequenceClassifier model = new SequenceClassifier(size, options, options.seed());
                KnownBestTraining training = new KnownBestTraining(spec, options, model, settings, steps)) {
            out.println(Texts.format(
                    "best possible accuracy on the %d test words: %.2f %% from the word alone, %.2f %% "
                            + "with the words before, %.2f %% with all words",
                    test.stream().mapToInt(s -> s.words().length).sum(),
                    100 * bestAccuracy(alone(language), test, false),
                    100 * bestAccuracy(language, test, false),
                    100 * bestAccuracy(language, test, true)));
            DoubleSupplier accuracy = () -> run(model, test, false).accuracy();
            int code = training.run(
                    2,
                    KnownBestTraining.Score.accuracy(best, accuracy),
                    random -> run(model, draw(language, random, options.batch()), true));
            boolean checked = code == 0 && options.epochs(0) == 0 && hidden >= 32;
            return checked && accuracy.getAsDouble() < best - MARGIN ? 1 : code;
        }
    }

    /** Four tags that mostly follow one another in a circle, and twelve words of which each tag prefers three. */
    private static HiddenMarkov language() {
        int tags = 4;
        int words = 12;
        double[] start = new double[tags];
        double[][] next = new double[tags][tags];
        double[][] emissions = new double[tags][words];
        for (int i = 0; i < tags; i++) {
            start[i] = 1.0 / tags;
            for (int j = 0; j < tags; j++) {
                next[i][j] = j == (i + 1) % tags ? 0.75 : j == i ? 0.15 : 0.05;
            }
            for (int w = 0; w < words; w++) {
                emissions[i][w] = w % tags == i ? 0.2 : 0.4 / (words - words / tags);
            }
        }
        return new HiddenMarkov(start, next, emissions);
    }

    /** The same tags and words without any order. */
    private static HiddenMarkov alone(HiddenMarkov language) {
        double[][] next = new double[language.tags()][];
        Arrays.fill(next, language.start());
        return new HiddenMarkov(language.start(), next, language.emissions());
    }

    private List<Sentence> draw(HiddenMarkov language, SplittableRandom random, int count) {
        return Stream.generate(() -> language.draw(random, random.nextInt(SHORTEST, longest + 1)))
                .limit(count)
                .toList();
    }

    /** How often the likeliest tag of each word is right. */
    static double bestAccuracy(HiddenMarkov language, List<Sentence> sentences, boolean future) {
        long right = 0;
        long all = 0;
        for (Sentence sentence : sentences) {
            double[][] posterior = language.posterior(sentence.words(), future);
            for (int t = 0; t < posterior.length; t++) {
                int likeliest = 0;
                for (int i = 1; i < language.tags(); i++) {
                    likeliest = posterior[t][i] > posterior[t][likeliest] ? i : likeliest;
                }
                right += likeliest == sentence.tags()[t] ? 1 : 0;
                all++;
            }
        }
        return (double) right / all;
    }

    private ClassificationLoss run(SequenceClassifier model, List<Sentence> sentences, boolean learn) {
        SequenceBatch all = SequenceBatch.of(
                longest,
                sentences.stream().map(Sentence::words).toList(),
                sentences.stream().map(Sentence::tags).toList(),
                0);
        return learn
                ? model.train(all.inputs(), all.rows(), all.lengths(), all.targets())
                : model.measure(all.inputs(), all.rows(), all.lengths(), all.targets());
    }
}
