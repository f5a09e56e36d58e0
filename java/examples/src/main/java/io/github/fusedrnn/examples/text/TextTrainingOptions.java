package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.TrainingOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a text model learns. */
final class TextTrainingOptions {
    /** Share of the learning rate that is left at the end of its straight way down. */
    private static final double LAST_RATE = 0.05;

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

    @Option(names = "--minutes", paramLabel = "M", description = "Limit of the time of training. Default: none.")
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
     * Share of the training that is behind us, by whichever limit is nearer; the time of evaluation counts.
     *
     * @param start of the training, by {@link System#nanoTime}
     */
    double done(long step, long total, long start) {
        double bySteps = (double) step / total;
        return minutes == null
                ? bySteps
                : Math.max(bySteps, Math.min(1, (System.nanoTime() - start) / (60e9 * minutes)));
    }

    /** What has to be the same for a run to go on, with the number of windows. */
    String describe(long total) {
        return Texts.format(
                "%d streams, windows of %d, %d windows, rate %s, gradients clipped to %s",
                batch, window, total, rate, clip);
    }

    /** The limit of time, for people. */
    String limit() {
        return minutes == null ? "" : ", at most " + minutes + " minutes";
    }
}
