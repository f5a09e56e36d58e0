package io.github.fusedrnn.formats.file;

import io.github.fusedrnn.formats.FormatException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A zip archive whose entries are stored as they are, which is how models come in one. Every defect of the archive is a
 * {@link FormatException}; so are names and comments that are no UTF-8, which {@link ZipFile} answers with an
 * {@link IllegalArgumentException} when it meets them. Not thread-safe.
 */
public final class StoredZip implements Closeable {
    private final Path file;
    private final String maker;
    private final ZipFile zip;

    private StoredZip(Path file, String maker, ZipFile zip) {
        this.file = file;
        this.maker = maker;
        this.zip = zip;
    }

    /**
     * Opens an archive.
     *
     * @param file the file
     * @param maker the program that writes such archives, for messages
     * @return the archive, to be closed by the caller
     * @throws FormatException if it is no archive
     * @throws IOException if it cannot be read
     */
    public static StoredZip open(Path file, String maker) throws IOException {
        try {
            return new StoredZip(file, maker, new ZipFile(file.toFile()));
        } catch (ZipException | EOFException e) {
            throw new FormatException(
                    file, "not a zip archive: " + e.getMessage() + " (expected: one of " + maker + ")", e);
        }
    }

    private <T> T entries(Supplier<T> body) throws FormatException {
        try {
            return body.get();
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    file,
                    "an entry's name or comment is not UTF-8: " + e.getMessage() + " (expected: an archive of " + maker
                            + ")",
                    e);
        }
    }

    /**
     * Looks an entry up.
     *
     * @param name its whole name
     * @return the entry, or null if there is none
     * @throws FormatException if the archive is broken there
     */
    public @Nullable ZipEntry find(String name) throws FormatException {
        return entries(() -> Optional.ofNullable(zip.getEntry(name))).orElse(null);
    }

    /**
     * Looks for the first entry of a kind.
     *
     * @param wanted selects by the name
     * @return the entry, or null if there is none
     * @throws FormatException if the archive is broken there
     */
    public @Nullable ZipEntry first(Predicate<String> wanted) throws FormatException {
        return entries(() -> zip.stream()
                        .filter(entry -> wanted.test(entry.getName()))
                        .findFirst())
                .orElse(null);
    }

    /**
     * Reads a part of an entry.
     *
     * @param entry the entry
     * @param from the first byte
     * @param length how many
     * @return the bytes; fewer if the entry ends before
     * @throws FormatException if the entry is compressed or broken
     * @throws IOException if the file cannot be read
     */
    public byte[] bytes(ZipEntry entry, long from, int length) throws IOException {
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new FormatException(
                    file, entry.getName() + ": compressed (expected: stored, as " + maker + " writes it)");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            in.skipNBytes(from);
            return in.readNBytes(length);
        } catch (ZipException | EOFException e) {
            throw new FormatException(file, entry.getName() + ": " + e.getMessage() + " (expected: a whole entry)", e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    @Override
    public String toString() {
        return "StoredZip[" + file + "]";
    }
}
