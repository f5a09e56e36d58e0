package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.train.ClassificationLoss;
import java.io.PrintWriter;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a text model generates and scores. */
final class GenerationOptions {
    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "0",
            description = "Generate N symbols. Default: none.")
    private int sample;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "0.8",
            description = "Sampling temperature: 0 takes the most likely symbol, 1 samples from the model's "
                    + "distribution. Default: ${DEFAULT-VALUE}.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            defaultValue = "0",
            description = "Sample from the K most likely symbols only, 0 for all. Default: ${DEFAULT-VALUE}.")
    private int top;

    @Option(
            names = "--prime",
            paramLabel = "TEXT",
            description = "Start of the generated text. Default: the start of a sentence.")
    private @Nullable String prime;

    @Option(names = "--score", paramLabel = "TEXT", description = "Print the probability of this sentence.")
    private @Nullable String score;

    public void check(LayerOptions command) {
        command.require(sample >= 0, "--sample", sample, "an integer >= 0");
        command.require(
                temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
                "--temperature",
                temperature,
                "a number >= 0");
        command.require(top >= 0, "--top-k", top, "an integer >= 0");
        command.require(score == null || !score.isBlank(), "--score", "an empty sentence", "some text");
    }

    /** Refuses symbols that a model does not know, before a long training. */
    public void check(TextModel model) {
        if (score != null) {
            model.encode("--score", score);
        }
        if (prime != null) {
            model.encode("--prime", prime);
        }
    }

    /** Whether there is anything to do. */
    boolean any() {
        return sample > 0 || score != null;
    }

    /** Scores and generates. */
    void run(PrintWriter out, TextModel model, long seed) {
        if (score != null) {
            ClassificationLoss loss = model.score("--score", score);
            out.println(Texts.format(
                    "score: log probability %.4f nats over %d symbols including the end mark, "
                            + "probability %.3e, perplexity %.3f",
                    -loss.sum(), loss.counted(), Math.exp(-loss.sum()), Math.exp(loss.sum() / loss.counted())));
        }
        if (sample > 0) {
            String begin = prime == null ? "" : prime;
            int[] symbols = begin.isEmpty()
                    ? new int[] {model.vocabulary().number(model.level().end())}
                    : model.encode("--prime", begin);
            out.println();
            out.print(begin);
            model.sample(symbols, sample, new Sampler(temperature, top), new SplittableRandom(seed), symbol -> {
                out.print(symbol);
                out.flush();
            });
            out.println();
        }
    }
}
