package io.github.fusedrnn.examples;

import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.StreamBatches;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Learns to write like a text, character by character. */
@Command(
        name = "charlm",
        description = {
            "Train a character language model, report its loss on held-out text, save it, and write new text with it.",
            "The last tenth of the text is held out. Losses are in nats per character. "
                    + "Training stops at the first of --epochs and --minutes.",
            "With --model nothing is trained: --sample writes new text, "
                    + "--text measures the loss on the last tenth of a text."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CharlmCommand implements Callable<Integer> {
    /** Share of the learning rate that is left at the end of its straight way down. */
    private static final double LAST_RATE = 0.05;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LayerOptions where;

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "Text in UTF-8. Default: the licences that come with Java.")
    private @Nullable Path text;

    @Option(names = "--model", paramLabel = "FILE", description = "Use a saved model, do not train.")
    private @Nullable Path model;

    @Option(names = "--save", paramLabel = "FILE", description = "Write the trained model here (safetensors).")
    private @Nullable Path save;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "0",
            description = "Write N characters. Default: none.")
    private int sample;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description = "0 takes the likeliest character, 1 draws as the model says. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--prime",
            paramLabel = "TEXT",
            description = "What the written text begins with. Default: a new line.")
    private @Nullable String prime;

    @Option(
            names = "--cell",
            paramLabel = "CELL",
            defaultValue = "lstm",
            description = "lstm or gru. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(
            names = "--hidden",
            paramLabel = "H",
            defaultValue = "128",
            description = "Units of each layer. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(
            names = "--layers",
            paramLabel = "L",
            defaultValue = "2",
            description = "Recurrent layers. Default: ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--embedding",
            paramLabel = "E",
            defaultValue = "64",
            description = "Width of the embedding, 0 for one-hot. Default: ${DEFAULT-VALUE}.")
    private int embedding;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Between layers. Default: ${DEFAULT-VALUE}.")
    private float dropout;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Streams side by side. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--window",
            paramLabel = "T",
            defaultValue = "64",
            description = "Steps of backpropagation. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "0.004",
            description = "Adam's rate at the start; it falls to a twentieth. Default: ${DEFAULT-VALUE}.")
    private float rate;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            defaultValue = "5",
            description = "Bound of the gradients' norm. Default: ${DEFAULT-VALUE}.")
    private double clip;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            defaultValue = "10",
            description = "Passes over the text, also parts of one. Default: ${DEFAULT-VALUE}.")
    private double epochs;

    @Option(names = "--minutes", paramLabel = "M", description = "Limit of the time of training. Default: none.")
    private @Nullable Double minutes;

    @Option(
            names = "--reports",
            paramLabel = "N",
            defaultValue = "20",
            description = "Lines of the curve. Default: ${DEFAULT-VALUE}.")
    private int reports;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of weights and samples. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        if (model != null) {
            try (CharModel loaded = CharModel.load(model, where)) {
                if (text != null) {
                    evaluate(out, loaded, TextSource.file(text));
                }
                writeSample(out, loaded);
            }
            return 0;
        }
        TextSource source = text != null ? TextSource.file(text) : TextSource.builtIn();
        Vocabulary vocabulary = Vocabulary.of(source.text());
        int[] symbols = vocabulary.encode("text", source.text());
        int cut = trainingPart(symbols.length);
        if (cut <= batch || symbols.length - cut < 2) {
            throw usage("--text: " + symbols.length + " characters (expected: more than --batch " + batch
                    + " in nine tenths, and two in the last)");
        }
        CharSettings settings = new CharSettings(cell, hidden, layers, embedding, dropout);
        try (CharModel fresh = new CharModel(settings, vocabulary, where, seed)) {
            out.println("text: " + source.name() + ", " + symbols.length + " characters, " + vocabulary.size()
                    + " different");
            out.println("model: " + settings + ", " + fresh.parameters().size() + " weights, backend "
                    + Texts.lower(fresh.layer().backend()) + " ("
                    + fresh.layer().explain().kernels() + "), " + where.threads()
                    + " thread(s)");
            train(out, fresh, Arrays.copyOf(symbols, cut), Arrays.copyOfRange(symbols, cut, symbols.length));
            if (save != null) {
                fresh.save(save);
                out.println("saved: " + save + " (" + Files.size(save) + " bytes)");
            }
            writeSample(out, fresh);
        }
        return 0;
    }

    private void check() {
        where.check();
        require(cell != CellKind.RNN, "--cell", "rnn", "lstm or gru");
        require(sample >= 0, "--sample", sample, "a number >= 0");
        require(
                temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
                "--temperature",
                temperature,
                "a number >= 0");
        require(hidden >= 1, "--hidden", hidden, "a number >= 1");
        require(layers >= 1, "--layers", layers, "a number >= 1");
        require(embedding >= 0, "--embedding", embedding, "a number >= 0");
        require(dropout >= 0 && dropout < 1, "--dropout", dropout, "0 <= P < 1");
        require(batch >= 1, "--batch", batch, "a number >= 1");
        require(window >= 1, "--window", window, "a number >= 1");
        require(rate > 0 && rate < Float.POSITIVE_INFINITY, "--lr", rate, "a number > 0");
        require(clip > 0, "--clip", clip, "a number > 0");
        require(epochs > 0 && epochs < 1e6, "--epochs", epochs, "a number > 0");
        require(minutes == null || minutes > 0, "--minutes", minutes, "a number > 0");
        require(reports >= 1, "--reports", reports, "a number >= 1");
        require(model == null || save == null, "--save", save, "not together with --model, which trains nothing");
        require(save == null || canHold(save), "--save", save, "a file in a folder that exists and can be written to");
        require(model == null || sample > 0 || text != null, "--model", model, "together with --sample or --text");
        require(text == null || Files.isRegularFile(text), "--text", text, "an existing file");
        require(model == null || Files.isRegularFile(model), "--model", model, "an existing file");
    }

    /** Asked before the training, which may take long. */
    private static boolean canHold(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder != null && Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(file);
    }

    private void require(boolean ok, String name, @Nullable Object value, String expected) {
        if (!ok) {
            throw usage(name + ": " + value + " (expected: " + expected + ")");
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** How many symbols of a text are trained on. */
    static int trainingPart(int length) {
        return (int) (length * 9L / 10);
    }

    private void train(PrintWriter out, CharModel fresh, int[] training, int[] heldOut) {
        StreamBatches windows = new StreamBatches(training, batch, window);
        long total = Math.max(1, Math.round(epochs * windows.windowsPerEpoch()));
        out.println(Texts.format(
                "training: %d streams, windows of %d, %d windows (%s epochs)%s",
                batch, window, total, epochs, minutes == null ? "" : Texts.format(", at most %s minutes", minutes)));
        out.println("     step   epoch  seconds  training    held out  perplexity  characters/s");
        Adam adam = Adam.builder(fresh.parameters()).learningRate(rate).build();
        try (CharModel.Training run = fresh.new Training(adam, clip, window, batch);
                Progress progress = Progress.start(spec, "windows", total)) {
            LossMeter recent = new LossMeter();
            long start = System.nanoTime();
            long working = 0;
            long characters = 0;
            int reported = 0;
            for (long step = 1; step <= total; step++) {
                double done = done(step - 1, total, start);
                adam.setLearningRate((float) (rate * (1 - (1 - LAST_RATE) * done)));
                long begin = System.nanoTime();
                ClassificationLoss measured = run.step(windows.next());
                working += System.nanoTime() - begin;
                if (!Double.isFinite(measured.value())) {
                    throw new IllegalStateException(
                            "the loss is " + measured.value() + " at step " + step + ": a smaller --lr may help");
                }
                recent.add(measured);
                characters += measured.counted();
                progress.step(Texts.format("loss %.4f", measured.value()));
                done = done(step, total, start);
                boolean last = step == total || done >= 1;
                if (last || done * reports >= reported + 1) {
                    reported = (int) (done * reports);
                    LossMeter held = fresh.evaluate(heldOut);
                    progress.println(Texts.format(
                            "%9d  %6.2f  %7.1f  %8.4f  %10.4f  %10.3f  %12.0f",
                            step,
                            (double) step / windows.windowsPerEpoch(),
                            seconds(start),
                            recent.mean(),
                            held.mean(),
                            held.perplexity(),
                            characters / (working / 1e9)));
                    recent.reset();
                }
                if (last) {
                    break;
                }
            }
        }
    }

    /** Share of the training that is behind us, by whichever limit is nearer; the time of evaluation counts. */
    private double done(long step, long total, long start) {
        double bySteps = (double) step / total;
        return minutes == null ? bySteps : Math.max(bySteps, Math.min(1, seconds(start) / (60 * minutes)));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void evaluate(PrintWriter out, CharModel loaded, TextSource source) {
        int[] symbols = loaded.vocabulary().encode("text", source.text());
        int cut = trainingPart(symbols.length);
        require(symbols.length - cut >= 2, "--text", symbols.length + " characters", "at least two in the last tenth");
        LossMeter held = loaded.evaluate(Arrays.copyOfRange(symbols, cut, symbols.length));
        out.println("model: " + loaded.settings() + ", backend "
                + Texts.lower(loaded.layer().backend()));
        out.println(Texts.format(
                "held out: %.4f nats per character, perplexity %.3f, %d characters",
                held.mean(), held.perplexity(), held.counted()));
    }

    private void writeSample(PrintWriter out, CharModel written) {
        if (sample == 0) {
            return;
        }
        String newLine = written.vocabulary().toString().contains("\n")
                ? "\n"
                : written.vocabulary().character(0);
        String begin = prime == null || prime.isEmpty() ? newLine : prime;
        int[] symbols = written.vocabulary().encode("--prime", begin);
        out.println();
        if (prime != null) {
            out.print(begin);
        }
        written.sample(symbols, sample, temperature, new SplittableRandom(seed), character -> {
            out.print(character);
            out.flush();
        });
        out.println();
    }
}
