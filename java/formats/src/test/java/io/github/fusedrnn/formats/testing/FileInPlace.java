package io.github.fusedrnn.formats.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes of one file again and again with other bytes. {@code Files.write} empties the file first, and then ext4 sends it to the disk when
 * it is closed, lest an application loses both versions: a millisecond and more each time.
 */
public final class FileInPlace {
    private FileInPlace() {}

    /** Leaves a file with these bytes, whether it was there or not. */
    public static Path write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.truncate(bytes.length);
        }
        return file;
    }
}
