package io.github.fusedrnn.formats.testing;

import io.github.fusedrnn.formats.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Holds a reader to its promise on any bytes: it reads them, or says in a {@link FormatException} that begins with the file why it does
 * not. Whatever else escapes is a defect. Targets of the fuzzer end here; one process uses one file at a time.
 */
public final class HostileBytes {
    private static final Path FILE = temporary();

    private HostileBytes() {}

    /** Reads the file that it is given. */
    public interface Reader {
        void read(Path path) throws IOException;
    }

    /** Where the bytes lie while they are read. */
    public static Path file() {
        return FILE;
    }

    /** Reads these bytes; why they were refused, or nothing if they were read. */
    public static String read(byte[] bytes, Reader reader) throws IOException {
        FileInPlace.write(FILE, bytes);
        return read(reader);
    }

    /** The same for what lies in {@link #file()} already. */
    public static String read(Reader reader) throws IOException {
        try {
            reader.read(FILE);
            return "";
        } catch (FormatException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.startsWith(FILE + ": ")) {
                throw new AssertionError("a message that does not begin with the file", e);
            }
            return message;
        }
    }

    private static Path temporary() {
        try {
            Path file = Files.createTempFile("hostile", ".bin");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
