package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.TrainingOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a text model is trained. */
final class TextTrainingOptions {
    /** Share of the learning rate at the end of its linear decay. */
    private static final double LAST_RATE = 0.05;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Parallel streams per batch. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--window",
            paramLabel = "T",
            defaultValue = "64",
            description = "Steps of truncated backpropagation. Default: ${DEFAULT-VALUE}.")
    private int window;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "0.004",
            description =
                    "Initial learning rate of Adam; it decays linearly to a twentieth. Default: " + "${DEFAULT-VALUE}.")
    private float rate;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            defaultValue = "5",
            description = "Maximum norm of the gradients. Default: ${DEFAULT-VALUE}.")
    private double clip;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description = "Time limit of the training, in minutes. Default: none.")
    private @Nullable Double minutes;

    public void check(TrainingOptions command) {
        command.requirePositive("--batch", batch);
        command.requirePositive("--window", window);
        command.requireRate("--lr", rate);
        command.require(clip > 0, "--clip", clip, "a number > 0");
        command.require(minutes == null || minutes > 0, "--minutes", minutes, "a number > 0");
        command.require(
                minutes == null || command.resume() == null, "--minutes", minutes, "not together with --resume");
    }

    int batch() {
        return batch;
    }

    int window() {
        return window;
    }

    double clip() {
        return clip;
    }

    /** The rate when a share of the training is done. */
    float rate(double done) {
        return (float) (rate * (1 - (1 - LAST_RATE) * done));
    }

    /**
     * Share of the training that is done, by whichever limit is nearer; the time of evaluation counts.
     *
     * @param start of the training, by {@link System#nanoTime}
     */
    double done(long step, long total, long start) {
        double bySteps = (double) step / total;
        return minutes == null
                ? bySteps
                : Math.max(bySteps, Math.min(1, (System.nanoTime() - start) / (60e9 * minutes)));
    }

    /** What has to be the same for a resumed run, with the number of windows. */
    String describe(long total) {
        return Texts.format(
                "%d streams, windows of %d, %d windows, rate %s, gradients clipped to %s",
                batch, window, total, rate, clip);
    }

    /** The time limit, as printed. */
    String limit() {
        return minutes == null ? "" : ", at most " + minutes + " minutes";
    }
}
