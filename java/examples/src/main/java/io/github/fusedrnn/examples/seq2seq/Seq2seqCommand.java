package io.github.fusedrnn.examples.seq2seq;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.train.Adam;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Rewrites strings: dates in words into ISO form, digits backwards. */
@Command(
        name = "seq2seq",
        description = {
            "Train an encoder and a decoder to rewrite strings, character by character, and "
                    + "report the share of exact results on strings held out from training.",
            "An epoch is 100 batches of newly generated examples. With the default sizes and "
                    + "epochs the exit code is 1 below 99 %% exact results."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Seq2seqCommand implements Callable<Integer> {
    private static final double GOAL = 0.99;
    private static final int EPOCHS = 20;
    private static final int EPOCHS_WITH_ATTENTION = 6;
    /** Share of the learning rate at the end of its linear decay. */
    private static final double LAST_RATE = 0.05;
    /** Seed of the held-out examples, whatever the seed of the training. */
    private static final long TEST_SEED = 20_261_121;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--task",
            defaultValue = "dates",
            description = "dates, reverse or copy. Default: ${DEFAULT-VALUE}.")
    private RewriteTask task;

    @Option(names = "--cell", defaultValue = "lstm", description = "lstm or gru. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(names = "--hidden", defaultValue = "128", description = "Units of the decoder. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(names = "--attention", description = "Use attention over the source.")
    private boolean attention;

    @Option(names = "--bidirectional", description = "Use a bidirectional encoder with half the units per direction.")
    private boolean bidirectional;

    @Option(names = "--reverse-input", description = "Reverse the source.")
    private boolean reverseInput;

    @Option(names = "--batch", defaultValue = "64", description = "Examples per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--lr",
            defaultValue = "0.005",
            description = "Initial learning rate of Adam. Default: ${DEFAULT-VALUE}.")
    private float rate;

    @Option(
            names = "--test",
            defaultValue = "1000",
            description = "Held-out examples per report. Default: ${DEFAULT-VALUE}.")
    private int test;

    @Option(names = "--beam", defaultValue = "1", description = "Beam width of the final search. Default: 1, greedy.")
    private int beam;

    @Option(names = "--rewrite", paramLabel = "TEXT", description = "Rewrite this text after the training.")
    private @Nullable String text;

    @Override
    public Integer call() throws IOException {
        options.check();
        options.require(cell != CellKind.RNN, "--cell", "rnn", "lstm or gru");
        options.require(hidden >= 2 && hidden % 2 == 0, "--hidden", hidden, "an even number >= 2");
        options.requirePositive("--batch", batch);
        options.requireRate("--lr", rate);
        options.requirePositive("--test", test);
        options.requirePositive("--beam", beam);
        if (text != null) {
            options.require(
                    !text.isEmpty() && text.length() <= task.longestSource(),
                    "--rewrite",
                    text.length() + " characters",
                    "1 to " + task.longestSource());
            Rewriter.check("--rewrite", text);
        }
        PrintWriter out = spec.commandLine().getOut();
        int steps = options.epochs(attention ? EPOCHS_WITH_ATTENTION : EPOCHS) * TaskTraining.BATCHES_PER_EPOCH;
        String settings = Texts.format(
                "%s%s: %s, encoder %d%s, decoder %d%s, Adam at %s, %d batches of %d",
                Texts.lower(task),
                reverseInput ? ", input reversed" : "",
                cell,
                hidden,
                bidirectional ? " (bidirectional)" : "",
                hidden,
                attention ? " with attention" : "",
                rate,
                steps,
                batch);
        var size = new EncoderDecoder.Size(cell, Rewriter.symbols(), 32, hidden, bidirectional, attention);
        try (EncoderDecoder model = new EncoderDecoder(size, options, options.seed());
                Adam adam = Adam.builder(model.parameters()).build()) {
            out.println(settings + ", seed " + options.seed() + ", "
                    + model.parameters().size() + " weights, backend "
                    + Texts.lower(model.decoder().backend()));
            out.println("  batch  seconds    loss  exact of " + test + " unseen  samples/s");
            LossCurve curve = new LossCurve("fusedrnn seq2seq, " + settings, "batch", "exact share of unseen strings");
            List<RewriteTask.Pair> unseen = draw(new SplittableRandom(TEST_SEED), test, true);
            Rewriter rewriter = new Rewriter(model, reverseInput, task.longestTarget());
            int code = new TaskTraining(spec, options, settings, model.parameters(), adam)
                    .clip(1)
                    .run(
                            curve,
                            steps,
                            TaskTraining.BATCHES_PER_EPOCH,
                            batch,
                            random -> {
                                adam.setLearningRate((float) (rate * (1 - (1 - LAST_RATE) * adam.steps() / steps)));
                                return rewriter.train(draw(random, batch, false));
                            },
                            (run, loss) -> {
                                double exact = rewriter.exact(unseen);
                                run.println(Texts.format(
                                        "%7d  %7.1f  %6.4f  %20.2f %%  %9.0f",
                                        run.steps(),
                                        run.speed().seconds(),
                                        loss,
                                        100 * exact,
                                        run.speed().rate()));
                                run.point("seed " + options.seed(), (double) run.steps(), exact);
                            });
            if (code != 0) {
                return code;
            }
            if (beam > 1) {
                out.println(Texts.format("beam of %d: %.2f %% exact", beam, 100 * rewriter.exact(unseen, beam)));
            }
            for (RewriteTask.Pair pair : unseen.subList(0, Math.min(3, test))) {
                String written = rewriter.rewrite(pair.source(), beam);
                out.println("  " + pair.source() + " -> " + written
                        + (written.equals(pair.target()) ? "" : " WRONG, " + pair.target()));
            }
            if (text != null) {
                out.println(text + " -> " + rewriter.rewrite(text, beam));
            }
            boolean checked = options.epochs(0) == 0 && hidden >= 128;
            return checked && rewriter.exact(unseen) < GOAL ? 1 : 0;
        }
    }

    private List<RewriteTask.Pair> draw(SplittableRandom random, int count, boolean unseen) {
        return Stream.generate(() -> task.draw(random, unseen)).limit(count).toList();
    }
}
