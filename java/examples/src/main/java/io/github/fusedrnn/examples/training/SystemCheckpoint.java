package io.github.fusedrnn.examples.training;

import io.github.fusedrnn.examples.cli.BadInput;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.DataPosition;
import io.github.fusedrnn.train.Parameters;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Checkpoints that say which command wrote them, and with which settings: one of another command or of other settings is
 * refused in one sentence.
 */
public final class SystemCheckpoint {
    /** Key of the checksum of what was trained on. */
    public static final String TEXT = "text";

    /** Upper bound of the epochs: times the batches of one epoch, it fits into 64 bits. */
    static final int MAX_EPOCHS = 10_000_000;

    private static final String SYSTEM = "system";
    private static final String SETTINGS = "settings";

    private SystemCheckpoint() {}

    /** Reads what it needs from an open checkpoint. */
    public interface Reader<T> {
        T read(Checkpoint saved) throws IOException;
    }

    /** Refuses a checkpoint of another text. */
    public static void checkText(Path file, Checkpoint saved, String checksum, String option) {
        BadInput.check(
                checksum.equals(saved.metadata().get(TEXT)), file + ": text", "a different one", "that of " + option);
    }

    /** A position in the data. */
    public static DataPosition position(Path file, Checkpoint saved, String name) throws FormatException {
        DataPosition position = saved.position(name);
        BadInput.check(position.epoch() <= MAX_EPOCHS, file + ": epoch", position.epoch(), "at most " + MAX_EPOCHS);
        return position;
    }

    /** Starts a checkpoint of a command; the text of {@code settings} identifies runs that may continue each other. */
    public static Checkpoint.Writer of(Parameters parameters, String system, Object settings) {
        return Checkpoint.of(parameters).metadata(SYSTEM, system).metadata(SETTINGS, settings.toString());
    }

    /**
     * Reads a checkpoint of a command and of these settings.
     *
     * @throws BadInput if the file is no checkpoint, or one of another command, model or settings
     */
    public static <T> T read(Path file, String system, Object settings, Reader<T> reader) throws IOException {
        return read(file, system, saved -> {
            String found = saved.metadata().getOrDefault(SETTINGS, "none");
            BadInput.check(found.equals(settings.toString()), file + ": settings", found, settings.toString());
            return reader.read(saved);
        });
    }

    /** Reads a checkpoint of a command, of whichever settings; arguments and errors as in the other form. */
    public static <T> T read(Path file, String system, Reader<T> reader) throws IOException {
        try (Checkpoint saved = Checkpoint.open(file)) {
            String found = saved.metadata().getOrDefault(SYSTEM, "an unknown command");
            BadInput.check(found.equals(system), file + ": checkpoint", "of " + found, "one saved by " + system);
            return reader.read(saved);
        } catch (FormatException e) {
            throw new BadInput(Texts.sentence(e), e);
        } catch (IllegalArgumentException e) {
            // A number out of range, such as a batch after the last.
            throw new BadInput(file + ": " + Texts.sentence(e), e);
        }
    }
}
