package io.github.fusedrnn.formats.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Replaces a file whole or not at all. The new content is written aside in the same folder (a rename is atomic only
 * within one file system), forced to the disk, and then renamed over the old file. So there is no moment, crash or
 * power cut after which the name refers to half a file.
 */
public final class AtomicFile {
    /** Writes the new content from the channel's position on. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it. */
        void writeTo(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Replaces a file, or makes it.
     *
     * @throws IOException if anything fails; the old file is then unchanged
     */
    public static void replace(Path target, Content content) throws IOException {
        // Renaming over a symbolic link would replace the link and leave the file it stands for as it was.
        Path file = Files.isSymbolicLink(target) ? target.toRealPath() : target.toAbsolutePath();
        Path folder = file.getParent();
        Path name = file.getFileName();
        if (folder == null || name == null) {
            throw new IOException(target + ": a root folder (expected: a file)");
        }
        // Not Files.createTempFile, whose files only the owner may read.
        Path aside = folder.resolve(
                "." + name + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
        FileChannel channel = FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            try (channel) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (Throwable failure) {
            try {
                Files.deleteIfExists(aside);
            } catch (IOException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
        forceRename(folder);
    }

    /** The rename itself lives in the folder. Windows has no way to force a folder and refuses to open it. */
    private static void forceRename(Path folder) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (IOException cannotOpen) {
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }
}
