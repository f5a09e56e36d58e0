package io.github.fusedrnn.examples.training;

import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that trains a system takes. */
public class TrainingOptions extends LayerOptions {
    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of weights, order and samples. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--epochs", paramLabel = "E", description = "Passes over the data. Default: the system's own.")
    private @Nullable Double epochs;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Keep a checkpoint here (safetensors): after each epoch, every five minutes, "
                    + "and when training is interrupted.")
    private @Nullable Path save;

    @Option(
            names = "--resume",
            description = "Go on from the checkpoint that --save names, as if there had been no interruption.")
    private boolean resume;

    @Option(
            names = "--stop-after",
            paramLabel = "N",
            description = "Stop after N steps, as Ctrl-C would: save, and leave the rest to --resume.")
    private @Nullable Long stopAfter;

    @Option(
            names = "--curve",
            paramLabel = "FILE",
            description = "Draw the losses here, as SVG or PNG by the name's end.")
    private @Nullable Path curve;

    @Override
    public void check() {
        super.check();
        require(
                epochs == null || epochs <= SystemCheckpoint.MOST_EPOCHS,
                "--epochs",
                epochs,
                "at most " + SystemCheckpoint.MOST_EPOCHS);
        require(save == null || canHold(save), "--save", save, "a file in a folder that exists and can be written to");
        require(!resume || save != null, "--resume", "without --save", "--save FILE, the checkpoint to go on from");
        require(!resume || Files.isRegularFile(save), "--save", save, "an existing checkpoint, with --resume");
        require(stopAfter == null || stopAfter >= 1, "--stop-after", stopAfter, "an integer >= 1");
        require(
                curve == null || (LossCurve.knows(curve) && canHold(curve)),
                "--curve",
                curve,
                "a name that ends in .svg or .png, in a folder that exists and can be written to");
    }

    public final long seed() {
        return seed;
    }

    /** Passes over the data, where a system would make {@code usual}. */
    public final int epochs(int usual) {
        if (epochs == null) {
            return usual;
        }
        boolean whole = epochs == Math.rint(epochs);
        require(whole && epochs >= 1, "--epochs", whole ? Texts.format("%.0f", epochs) : epochs, "an integer >= 1");
        return epochs.intValue();
    }

    /** The same for systems that can stop in the middle of a pass. */
    public final double parts(double usual) {
        require(epochs == null || epochs > 0, "--epochs", epochs, "a number > 0");
        return epochs != null ? epochs : usual;
    }

    /** Where checkpoints go, null = nowhere. */
    public final @Nullable Path save() {
        return save;
    }

    /** The checkpoint to go on from, null = start anew. */
    public final @Nullable Path resume() {
        return resume ? save : null;
    }

    /** Steps of this run, before it stops as if interrupted. */
    final long stopAfter() {
        return stopAfter != null ? stopAfter : Long.MAX_VALUE;
    }

    /** Where the picture goes, null = nowhere. */
    public final @Nullable Path curve() {
        return curve;
    }

    /** Asked before the training, which may take long. */
    public static boolean canHold(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder != null && Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(file);
    }
}
