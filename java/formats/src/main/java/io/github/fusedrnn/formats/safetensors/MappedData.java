package io.github.fusedrnn.formats.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The bytes behind the header, mapped read-only. A Java buffer ends at 2 GiB, so the data is mapped in chunks; each
 * reaches {@link #OVERLAP} bytes into the next one, so an element that straddles a boundary is whole in the chunk where
 * it starts. Immutable and safe to share between threads.
 */
final class MappedData {
    /** Large enough that few mappings serve any file, and under the limit of a buffer. */
    static final long CHUNK_BYTES = 1L << 30;

    /** The widest element. */
    private static final int OVERLAP = 8;

    private final ByteBuffer[] chunks;
    private final long chunkBytes;

    private MappedData(ByteBuffer[] chunks, long chunkBytes) {
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Maps {@code size} bytes from {@code start} on. The mappings outlive the channel and go away with the last
     * reference to them.
     */
    static MappedData map(FileChannel channel, long start, long size, long chunkBytes) throws IOException {
        ByteBuffer[] chunks = new ByteBuffer[Math.toIntExact((size + chunkBytes - 1) / chunkBytes)];
        for (int i = 0; i < chunks.length; i++) {
            long from = i * chunkBytes;
            chunks[i] = channel.map(
                    FileChannel.MapMode.READ_ONLY, start + from, Math.min(chunkBytes + OVERLAP, size - from));
        }
        return new MappedData(chunks, chunkBytes);
    }

    /**
     * A little-endian view of at least one element from {@code position} on, and of as many as lie before {@code end}
     * in the same mapping. Needs {@code position < end}, both a whole number of elements apart.
     */
    ByteBuffer window(long position, long end, int elementBytes) {
        ByteBuffer chunk = chunks[(int) (position / chunkBytes)];
        int offset = (int) (position % chunkBytes);
        long available = Math.min(end - position, chunk.limit() - offset);
        int whole = (int) (available - available % elementBytes);
        return chunk.slice(offset, whole).order(ByteOrder.LITTLE_ENDIAN);
    }
}
