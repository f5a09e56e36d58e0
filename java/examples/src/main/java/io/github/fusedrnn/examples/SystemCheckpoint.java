package io.github.fusedrnn.examples;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.train.Checkpoint;
import io.github.fusedrnn.train.Parameters;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Checkpoints that say which command wrote them, and with which settings: one of another command or of other settings is
 * refused in one sentence.
 */
final class SystemCheckpoint {
    private static final String SYSTEM = "system";
    private static final String SETTINGS = "settings";

    private SystemCheckpoint() {}

    /** Reads what it needs from an open checkpoint. */
    interface Reader<T> {
        T read(Checkpoint saved) throws IOException;
    }

    /** Begins a checkpoint of a command; settings are anything whose text tells which runs are the same. */
    static Checkpoint.Writer of(Parameters parameters, String system, Object settings) {
        return Checkpoint.of(parameters).metadata(SYSTEM, system).metadata(SETTINGS, settings.toString());
    }

    /**
     * Reads a checkpoint of a command and of these settings.
     *
     * @throws BadInput if it is none, or of another command, model or settings
     */
    static <T> T read(Path file, String system, Object settings, Reader<T> reader) throws IOException {
        return read(file, system, saved -> {
            String found = saved.metadata().getOrDefault(SETTINGS, "none");
            BadInput.check(found.equals(settings.toString()), file + ": settings", found, settings.toString());
            return reader.read(saved);
        });
    }

    /** Reads a checkpoint of a command, of whichever settings; arguments and errors as in the other form. */
    static <T> T read(Path file, String system, Reader<T> reader) throws IOException {
        try (Checkpoint saved = Checkpoint.open(file)) {
            String found = saved.metadata().getOrDefault(SYSTEM, "an unknown command");
            BadInput.check(
                    found.equals(system), file + ": a checkpoint", "of " + found, "one that " + system + " saved");
            return reader.read(saved);
        } catch (FormatException e) {
            throw new BadInput(Texts.sentence(e), e);
        }
    }
}
