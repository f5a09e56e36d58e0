package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.SequenceBatch;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A melody from a single input, where the best possible loss is known. */
@Command(
        name = "music",
        description = {
            "Generate melodies of a style (one to many): the first input is the style, every "
                    + "later input is the previous note. The training melodies have bars A A B A, and each "
                    + "note is drawn given the previous one and the style. To predict the repeated bars a "
                    + "model must remember them; the rest is random, and its entropy is the lowest "
                    + "possible loss.",
            "An epoch is 100 batches of newly generated melodies. With the default sizes and "
                    + "epochs the exit code is 1 if the loss is more than 0.01 nats per note above the "
                    + "lowest."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class MusicCommand implements Callable<Integer> {
    private static final int EPOCHS = 40;
    private static final double MARGIN = 0.01;
    private static final int TEST_MELODIES = 2_000;
    private static final long STYLES_SEED = 2_026;
    private static final long TEST_SEED = 20_261_121;
    private static final String[] NAMES = {"c", "d", "e", "f", "g", "a", "b", "c'"};

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClassifierOptions options;

    @Option(names = "--hidden", defaultValue = "128", description = "Units. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(names = "--styles", defaultValue = "4", description = "Number of styles. Default: ${DEFAULT-VALUE}.")
    private int styles;

    @Override
    public Integer call() throws IOException {
        options.check();
        options.requirePositive("--hidden", hidden);
        options.require(styles >= 1 && styles <= 100, "--styles", styles, "1 to 100");
        PrintWriter out = spec.commandLine().getOut();
        Melodies source = Melodies.draw(styles, new SplittableRandom(STYLES_SEED));
        int[][] test = draw(source, new SplittableRandom(TEST_SEED), TEST_MELODIES);
        double least = Arrays.stream(test)
                        .mapToDouble(m -> source.surprise(m[0] - Melodies.NOTES, Arrays.copyOfRange(m, 1, m.length)))
                        .average()
                        .orElseThrow()
                / Melodies.LENGTH;
        int steps = options.epochs(EPOCHS) * TaskTraining.BATCHES_PER_EPOCH;
        String settings =
                Texts.format("%s of %d units, %d styles, %s", options.cell(), hidden, styles, options.describe(steps));
        var size = new SequenceClassifier.Size(
                options.cell(), Melodies.NOTES + styles, 16, hidden, Melodies.NOTES, false, false);
        try (SequenceClassifier model = new SequenceClassifier(size, options, options.seed());
                KnownBestTraining training = new KnownBestTraining(spec, options, model, settings, steps)) {
            out.println(Texts.format(
                    "lowest possible loss on the %d test melodies: %.4f nats per note", test.length, least));
            KnownBestTraining.Score score = new KnownBestTraining.Score(
                    "loss in nats per note",
                    least,
                    "lowest possible",
                    () -> run(model, test, false).value(),
                    "  test  above the lowest  in form",
                    reached -> Texts.format(
                            "%6.4f  %16.4f  %5.1f %%", reached, reached - least, 100 * inForm(source, model)));
            int code = training.run(4, score, random -> run(model, draw(source, random, options.batch()), true));
            for (int style = 0; style < styles && style < 4; style++) {
                int[] notes = write(model, new SplittableRandom(style), style)[0];
                out.println("  style " + style + ": "
                        + Arrays.stream(notes).mapToObj(n -> NAMES[n]).collect(Collectors.joining(" ")));
            }
            boolean checked = code == 0 && options.epochs(0) == 0 && hidden >= 128;
            return checked && score.now().getAsDouble() > least + MARGIN ? 1 : code;
        }
    }

    /** Melodies behind the symbol of their style. */
    private static int[][] draw(Melodies source, SplittableRandom random, int count) {
        int[][] all = new int[count][Melodies.LENGTH + 1];
        for (int[] melody : all) {
            int style = random.nextInt(source.styles());
            melody[0] = Melodies.NOTES + style;
            System.arraycopy(source.melody(style, random), 0, melody, 1, Melodies.LENGTH);
        }
        return all;
    }

    private static ClassificationLoss run(SequenceClassifier model, int[][] melodies, boolean learn) {
        SequenceBatch all = SequenceBatch.nextSymbols(Melodies.LENGTH, Arrays.asList(melodies), 0);
        return learn
                ? model.train(all.inputs(), all.rows(), null, all.targets())
                : model.measure(all.inputs(), all.rows(), null, all.targets());
    }

    /** Share of melodies of the model's own that have the form A A B A, of 100 in each style. */
    private double inForm(Melodies source, SequenceClassifier model) {
        long good = 0;
        for (int style = 0; style < styles; style++) {
            int[] rows = new int[100];
            Arrays.fill(rows, style);
            for (int[] notes : write(model, new SplittableRandom(style), rows)) {
                good += Double.isFinite(source.surprise(style, notes)) ? 1 : 0;
            }
        }
        return good / (100.0 * styles);
    }

    /** Melodies drawn from the model, one for each row's style. */
    private static int[][] write(SequenceClassifier model, SplittableRandom random, int... rows) {
        int[][] notes = new int[rows.length][Melodies.LENGTH];
        int[] symbols = Arrays.stream(rows).map(style -> Melodies.NOTES + style).toArray();
        try (RecurrentState state = model.layer().newState(rows.length)) {
            for (int t = 0; t < Melodies.LENGTH; t++) {
                float[] scores = model.step(symbols, state);
                for (int row = 0; row < rows.length; row++) {
                    symbols[row] = HiddenMarkov.draw(random, softmax(scores, row * Melodies.NOTES));
                    notes[row][t] = symbols[row];
                }
            }
        }
        return notes;
    }

    private static double[] softmax(float[] scores, int from) {
        double[] values = new double[Melodies.NOTES];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.exp(scores[from + i]);
            sum += values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
        return values;
    }
}
