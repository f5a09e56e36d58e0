package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.examples.training.TrainingRun;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.StreamBatches;
import io.github.fusedrnn.train.Vocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains and uses a language model of characters or words. */
@Command(
        name = "charlm",
        description = {
            "Train a language model of characters or words, report its loss on held-out text, "
                    + "save it, score a sentence, and generate text.",
            "The last tenth of the text is held out. Losses are in nats per symbol. Training "
                    + "stops after --epochs (default 10, fractions allowed) or --minutes, whichever comes "
                    + "first.",
            "With --model a saved model is used and nothing is trained: --sample generates text, "
                    + "--score prints the probability of a sentence, --text measures the loss on the last "
                    + "tenth of a text."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CharlmCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private TextModelOptions sizes;

    @Mixin
    private TextTrainingOptions schedule;

    @Mixin
    private GenerationOptions generation;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "Text in UTF-8. Default: the license texts that come with Java.")
    private @Nullable Path text;

    @Option(names = "--model", paramLabel = "FILE", description = "Use this saved model instead of training.")
    private @Nullable Path model;

    @Option(
            names = "--reports",
            paramLabel = "N",
            defaultValue = "20",
            description = "Reports during the training. Default: ${DEFAULT-VALUE}.")
    private int reports;

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        if (model != null) {
            try (TextModel loaded = TextModel.load(model, training)) {
                generation.check(loaded);
                if (text != null) {
                    int[] symbols =
                            loaded.encode("--text", TextSource.file(text).text());
                    int cut = trainingPart(symbols.length);
                    BadInput.check(symbols.length - cut >= 2, "--text", symbols.length + " symbols", "20 or more");
                    out.println("model: " + loaded);
                    out.println(
                            "held out: " + losses(measure(loaded, Arrays.copyOfRange(symbols, cut, symbols.length))));
                }
                generation.run(out, loaded, training.seed());
            }
            return 0;
        }
        TextSource source = text != null ? TextSource.file(text) : TextSource.builtIn();
        BadInput.check(!source.text().isBlank(), "--text", source.name() + " is empty", "a text to train on");
        Vocabulary vocabulary = sizes.vocabulary(source.text());
        try (TextModel fresh =
                new TextModel(sizes.level(), vocabulary, sizes.size(vocabulary.size()), training, training.seed())) {
            generation.check(fresh);
            int[] symbols = fresh.encode("--text", source.text());
            int cut = trainingPart(symbols.length);
            BadInput.check(
                    cut > schedule.batch() && symbols.length - cut >= 2,
                    "--text",
                    symbols.length + " symbols",
                    "more than --batch " + schedule.batch() + " in the first nine tenths, and at least 2 in the last");
            out.println("text: " + source.name() + ", " + symbols.length + " symbols");
            out.println(Texts.format(
                    "model: %s, %d weights, backend %s (%s), %d thread(s), seed %d",
                    fresh,
                    fresh.model().parameters().size(),
                    Texts.lower(training.backend()),
                    fresh.model().layer().explain().kernels(),
                    training.threads(),
                    training.seed()));
            int[] heldOut = Arrays.copyOfRange(symbols, cut, symbols.length);
            if (train(out, fresh, Arrays.copyOf(symbols, cut), heldOut)) {
                return TrainingRun.INTERRUPTED;
            }
            generation.run(out, fresh, training.seed());
        }
        return 0;
    }

    private void check() {
        training.check();
        sizes.check(training);
        generation.check(training);
        schedule.check(training);
        training.fractionalEpochs(1);
        training.requirePositive("--reports", reports);
        training.require(
                model == null || training.save() == null, "--save", training.save(), "not together with --model");
        training.require(
                model == null || generation.any() || text != null,
                "--model",
                model,
                "together with --sample, --score or --text");
        training.require(text == null || Files.isRegularFile(text), "--text", text, "an existing file");
        training.require(model == null || Files.isRegularFile(model), "--model", model, "an existing file");
    }

    /** How many symbols of a text are trained on. */
    static int trainingPart(int length) {
        return (int) (length * 9L / 10);
    }

    private static LossMeter measure(TextModel model, int[] symbols) {
        return model.model().measure(symbols, Math.min(16, symbols.length - 1));
    }

    private static String losses(LossMeter meter) {
        return Texts.format(
                "%.4f nats per symbol, perplexity %.3f, %d symbols", meter.mean(), meter.perplexity(), meter.counted());
    }

    /** Trains, and tells whether Ctrl-C ended it. */
    private boolean train(PrintWriter out, TextModel fresh, int[] symbols, int[] heldOut) throws IOException {
        StreamBatches windows = new StreamBatches(symbols, schedule.batch(), schedule.window());
        double epochs = training.fractionalEpochs(10);
        long total = Math.max(1, Math.round(epochs * windows.windowsPerEpoch()));
        LossCurve curve = new LossCurve("charlm", "epoch", "nats per symbol");
        String settings = fresh + ", " + schedule.describe(total) + ", seed " + training.seed();
        try (TextTraining learner = new TextTraining(
                fresh, windows, schedule.batch(), schedule.clip(), settings, Texts.checksum(List.of(symbols)))) {
            if (training.resume() != null) {
                learner.resume(training.resume());
                out.println("resumed: " + training.resume() + " at window " + learner.done());
            }
            out.println(Texts.format("training: %s (%s epochs)%s", schedule.describe(total), epochs, schedule.limit()));
            out.println("     step   epoch  seconds  training    held out  perplexity     symbols/s");
            out.flush();
            long start = System.nanoTime();
            LossMeter recent = new LossMeter();
            try (TrainingRun run =
                    new TrainingRun(spec, training, curve, "windows", learner.done(), total, learner::save)) {
                int reported = (int) (schedule.done(learner.done(), total, start) * reports);
                while (run.proceed() && schedule.done(run.steps(), total, start) < 1) {
                    ClassificationLoss measured = learner.step(schedule.rate(schedule.done(run.steps(), total, start)));
                    run.step(measured.counted(), measured.value());
                    recent.add(measured);
                    double done = schedule.done(run.steps(), total, start);
                    if (done >= 1 || done * reports >= reported + 1) {
                        reported = (int) (done * reports);
                        LossMeter held = measure(fresh, heldOut);
                        double epoch = (double) run.steps() / windows.windowsPerEpoch();
                        run.println(Texts.format(
                                "%9d  %6.2f  %7.1f  %8.4f  %10.4f  %10.3f  %12.0f",
                                run.steps(),
                                epoch,
                                (System.nanoTime() - start) / 1e9,
                                recent.mean(),
                                held.mean(),
                                held.perplexity(),
                                run.speed().rate()));
                        run.point("training", epoch, recent.mean());
                        run.point("held out", epoch, held.mean());
                        recent.reset();
                        run.speed().reset();
                    }
                }
                if (!run.interrupted()) {
                    run.save();
                }
                return run.interrupted();
            }
        }
    }
}
