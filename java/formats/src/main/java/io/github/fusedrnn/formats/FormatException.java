package io.github.fusedrnn.formats;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * A file does not hold what its format, or the caller, promises. The message starts with the file and names the
 * place in it (byte offset or tensor), what was found and what was expected.
 *
 * <p>It is an {@link IOException}, and so checked, because a bad file is a fault of the outside world that no care of
 * the programmer can rule out, just like a file that is missing or unreadable: code that opens a file handles all of them
 * in one place. Misuse of an object, such as reading after close, stays an unchecked exception.
 */
public final class FormatException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception whose message is {@code file: problem}.
     *
     * @param file the file at fault
     * @param problem where in the file, what was found, what was expected
     */
    public FormatException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /**
     * Creates an exception whose message is {@code file: problem}.
     *
     * @param file the file at fault
     * @param problem where in the file, what was found, what was expected
     * @param cause what a parser underneath reported
     */
    public FormatException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
