package io.github.fusedrnn.formats.stream;

import io.github.fusedrnn.formats.file.AtomicFile;
import io.github.fusedrnn.stream.StreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A store with one file for each stream, {@code <id in 16 hexadecimal digits>.frstream}, that holds {@link
 * io.github.fusedrnn.StreamSnapshot}'s bytes. A file is replaced whole or not at all: written aside, forced to the disk, renamed. So a
 * stream whose process dies, at whatever moment, has its last snapshot or the one before; the price is that every save waits for the disk.
 * Thread-safe for different streams, as a {@link io.github.fusedrnn.stream.StreamPool} uses it. One process at a time.
 */
public final class SnapshotFolder implements StreamStore {
    private static final String ENDING = ".frstream";

    private final Path folder;

    /**
     * Opens a folder, creates it if necessary, and deletes files that a crashed process left half written.
     *
     * @throws IOException if it cannot be made or read
     */
    public SnapshotFolder(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".*" + ENDING + ".*.tmp")) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Where a stream's snapshot is, if there is one. */
    public Path file(long streamId) {
        return folder.resolve(String.format("%016x", streamId) + ENDING);
    }

    /**
     * Replaces a stream's snapshot.
     *
     * @throws UncheckedIOException if the disk does not take it; the old one stays
     */
    @Override
    public void save(long streamId, byte[] snapshot) {
        try {
            AtomicFile.replace(file(streamId), channel -> {
                ByteBuffer bytes = ByteBuffer.wrap(snapshot);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A stream's snapshot, null if there is none.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    @Override
    public byte @Nullable [] load(long streamId) {
        try {
            return Files.readAllBytes(file(streamId));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Deletes a stream's snapshot if there is one.
     *
     * @throws UncheckedIOException if it cannot be deleted
     */
    @Override
    public void remove(long streamId) {
        try {
            Files.deleteIfExists(file(streamId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
