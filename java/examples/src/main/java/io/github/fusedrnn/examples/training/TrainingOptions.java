package io.github.fusedrnn.examples.training;

import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that trains. */
public class TrainingOptions extends LayerOptions {
    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of weights, order and samples. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            description = "Passes over the data. Default: depends on the command.")
    private @Nullable Double epochs;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Write checkpoints (safetensors) to this file: after each epoch, every five minutes, "
                    + "and on interruption.")
    private @Nullable Path save;

    @Option(
            names = "--resume",
            description =
                    "Resume from the checkpoint named by --save; the results are those of an " + "uninterrupted run.")
    private boolean resume;

    @Option(
            names = "--stop-after",
            paramLabel = "N",
            description = "Stop after N steps as Ctrl-C does: save a checkpoint for --resume.")
    private @Nullable Long stopAfter;

    @Option(names = "--curve", paramLabel = "FILE", description = "Plot the losses to this file, .svg or .png.")
    private @Nullable Path curve;

    @Override
    public void check() {
        super.check();
        require(
                epochs == null || epochs <= SystemCheckpoint.MAX_EPOCHS,
                "--epochs",
                epochs,
                "at most " + SystemCheckpoint.MAX_EPOCHS);
        require(save == null || canWrite(save), "--save", save, "a file in an existing, writable folder");
        require(!resume || save != null, "--resume", "without --save", "--save FILE, the checkpoint to resume from");
        require(!resume || Files.isRegularFile(save), "--save", save, "an existing checkpoint, with --resume");
        require(stopAfter == null || stopAfter >= 1, "--stop-after", stopAfter, "an integer >= 1");
        require(
                curve == null || (LossCurve.supports(curve) && canWrite(curve)),
                "--curve",
                curve,
                "a .svg or .png file in an existing, writable folder");
    }

    public final long seed() {
        return seed;
    }

    /** Passes over the data; {@code usual} by default. */
    public final int epochs(int usual) {
        if (epochs == null) {
            return usual;
        }
        boolean whole = epochs == Math.rint(epochs);
        require(whole && epochs >= 1, "--epochs", whole ? Texts.format("%.0f", epochs) : epochs, "an integer >= 1");
        return epochs.intValue();
    }

    /** The same for commands that can stop within a pass. */
    public final double fractionalEpochs(double usual) {
        require(epochs == null || epochs > 0, "--epochs", epochs, "a number > 0");
        return epochs != null ? epochs : usual;
    }

    /** Where checkpoints go, null = nowhere. */
    public final @Nullable Path save() {
        return save;
    }

    /** The checkpoint to resume from, null = start from scratch. */
    public final @Nullable Path resume() {
        return resume ? save : null;
    }

    /** Steps after which this run stops as if interrupted. */
    final long stopAfter() {
        return stopAfter != null ? stopAfter : Long.MAX_VALUE;
    }

    /** Where the plot goes, null = nowhere. */
    public final @Nullable Path curve() {
        return curve;
    }

    /** Whether a file can be written; checked before a training, which may take long. */
    public static boolean canWrite(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder != null && Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(file);
    }
}
