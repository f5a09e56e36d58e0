package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.examples.cli.Texts;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One label for a sentence, where the best possible accuracy is known. */
@Command(
        name = "sentiment",
        description = {
            "Classify sentences as positive or negative (many to one). In the generated "
                    + "sentences each opinion word counts 1 or -1, 'very' doubles and 'not' negates the "
                    + "next opinion word, and other words count 0; the label is the sign of the sum, and "
                    + "one label in twenty is wrong at random, so that no classifier can exceed an "
                    + "expected accuracy of 95 %% or have an expected loss below 0.1985 nats.",
            "An epoch is 100 batches of newly generated sentences. With the default sizes and "
                    + "epochs the exit code is 1 if the accuracy is more than 0.5 percentage points below "
                    + "that of the rule."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SentimentCommand implements Callable<Integer> {
    private static final int EPOCHS = 20;
    private static final double MARGIN = 0.005;
    private static final double WRONG_LABELS = 0.05;
    private static final int SHORTEST = 3;
    private static final int TEST_SENTENCES = 10_000;
    private static final long TEST_SEED = 20_261_121;
    private static final List<String> WORDS = List.of(
            "the", "film", "was", "and", "a", "story", "good", "lovely", "clever", "bad", "dull", "silly", "not",
            "very");
    private static final int FIRST_GOOD = WORDS.indexOf("good");
    private static final int FIRST_BAD = WORDS.indexOf("bad");
    private static final int NOT = WORDS.indexOf("not");
    private static final int VERY = WORDS.indexOf("very");

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClassifierOptions options;

    @Option(names = "--hidden", defaultValue = "32", description = "Units. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(
            names = "--longest",
            defaultValue = "20",
            description = "Maximum words per sentence. Default: ${DEFAULT-VALUE}.")
    private int longest;

    /** Words, their true label, and the label that they have. */
    record Review(int[] words, int truth, int label) {}

    @Override
    public Integer call() throws IOException {
        options.check();
        options.requirePositive("--hidden", hidden);
        options.require(longest >= SHORTEST, "--longest", longest, "an integer >= " + SHORTEST);
        PrintWriter out = spec.commandLine().getOut();
        List<Review> test = draw(new SplittableRandom(TEST_SEED), TEST_SENTENCES);
        double best = test.stream().filter(r -> r.truth() == r.label()).count() / (double) test.size();
        int steps = options.epochs(EPOCHS) * TaskTraining.BATCHES_PER_EPOCH;
        String settings = Texts.format(
                "%s of %d units, %s, %d to %d words",
                options.cell(), hidden, options.describe(steps), SHORTEST, longest);
        var size = new SequenceClassifier.Size(options.cell(), WORDS.size(), 16, hidden, 2, false, true);
        try (SequenceClassifier model = new SequenceClassifier(size, options, options.seed());
                KnownBestTraining training = new KnownBestTraining(spec, options, model, settings, steps)) {
            Review shown = test.get(0);
            out.println("example: "
                    + Arrays.stream(shown.words()).mapToObj(WORDS::get).collect(Collectors.joining(" ")) + " -> "
                    + (shown.label() == 1 ? "positive" : "negative"));
            out.println(Texts.format(
                    "best possible accuracy on the %d test sentences, by the rule: %.2f %%", test.size(), 100 * best));
            DoubleSupplier accuracy = () -> run(model, test, false).accuracy();
            int code = training.run(
                    2,
                    KnownBestTraining.Score.accuracy(best, accuracy),
                    random -> run(model, draw(random, options.batch()), true));
            boolean checked = code == 0 && options.epochs(0) == 0 && hidden >= 32;
            return checked && accuracy.getAsDouble() < best - MARGIN ? 1 : code;
        }
    }

    private List<Review> draw(SplittableRandom random, int count) {
        return Stream.generate(() -> review(random)).limit(count).toList();
    }

    private Review review(SplittableRandom random) {
        while (true) {
            int[] words = random.ints(random.nextInt(SHORTEST, longest + 1), 0, WORDS.size())
                    .toArray();
            int sum = score(words);
            if (sum != 0) {
                int truth = sum > 0 ? 1 : 0;
                return new Review(words, truth, random.nextDouble() < WRONG_LABELS ? 1 - truth : truth);
            }
        }
    }

    /** The rule: 'very' and 'not' act on the next opinion, once each. */
    static int score(int... words) {
        int sum = 0;
        boolean very = false;
        boolean not = false;
        for (int word : words) {
            very |= word == VERY;
            not |= word == NOT;
            if (word >= FIRST_GOOD && word < NOT) {
                sum += (word < FIRST_BAD != not ? 1 : -1) * (very ? 2 : 1);
                very = false;
                not = false;
            }
        }
        return sum;
    }

    /** The words of a text, for tests of the rule. */
    static int[] words(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(WORDS::indexOf).toArray();
    }

    private ClassificationLoss run(SequenceClassifier model, List<Review> reviews, boolean learn) {
        List<int[]> words = reviews.stream().map(Review::words).toList();
        int[] ids = SequenceBatch.timeMajor(longest, words, 0);
        int[] lengths = words.stream().mapToInt(w -> w.length).toArray();
        int[] labels = reviews.stream().mapToInt(Review::label).toArray();
        return learn
                ? model.train(ids, labels.length, lengths, labels)
                : model.measure(ids, labels.length, lengths, labels);
    }
}
