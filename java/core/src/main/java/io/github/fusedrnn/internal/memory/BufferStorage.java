package io.github.fusedrnn.internal.memory;

import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Host memory seen from Java through direct buffers. A buffer's index is an int, so a block is a row of chunks of 2^28 elements (1 GiB).
 */
public abstract class BufferStorage extends TensorStorage {
    /** log2 of the elements of a chunk. */
    protected static final int CHUNK_BITS = 28;

    private static final long CHUNK_MASK = (1L << CHUNK_BITS) - 1;

    private final FloatBuffer[] chunks;

    /** Over chunks that hold {@code floats} elements together; all but the last are full. */
    protected BufferStorage(String label, long floats, FloatBuffer[] chunks, Runnable free) {
        super(label, floats, free);
        this.chunks = chunks;
    }

    /** Number of chunks that hold {@code floats} elements. */
    protected static int chunkCount(long floats) {
        return Math.toIntExact((floats + CHUNK_MASK) >> CHUNK_BITS);
    }

    /** Elements in chunk {@code i} of a block of {@code floats}. */
    protected static int chunkSize(long floats, int i) {
        return (int) Math.min(1L << CHUNK_BITS, floats - ((long) i << CHUNK_BITS));
    }

    @Override
    public final float get(long offset) {
        return chunks[(int) (offset >> CHUNK_BITS)].get((int) (offset & CHUNK_MASK));
    }

    @Override
    public final void set(long offset, float value) {
        chunks[(int) (offset >> CHUNK_BITS)].put((int) (offset & CHUNK_MASK), value);
    }

    @Override
    public final void write(long offset, FloatBuffer from) {
        Objects.checkFromIndexSize(offset, from.remaining(), floats());
        long at = offset;
        while (from.hasRemaining()) {
            FloatBuffer chunk = chunks[(int) (at >> CHUNK_BITS)];
            int index = (int) (at & CHUNK_MASK);
            int n = Math.min(from.remaining(), chunk.capacity() - index);
            chunk.put(index, from, from.position(), n);
            from.position(from.position() + n);
            at += n;
        }
    }

    @Override
    public final void read(long offset, FloatBuffer to) {
        Objects.checkFromIndexSize(offset, to.remaining(), floats());
        long at = offset;
        while (to.hasRemaining()) {
            FloatBuffer chunk = chunks[(int) (at >> CHUNK_BITS)];
            int index = (int) (at & CHUNK_MASK);
            int n = Math.min(to.remaining(), chunk.capacity() - index);
            to.put(to.position(), chunk, index, n);
            to.position(to.position() + n);
            at += n;
        }
    }

    @Override
    public final void write(long offset, float[] from, int first, int count) {
        Objects.checkFromIndexSize(offset, count, floats());
        for (int done = 0; done < count; ) {
            long at = offset + done;
            FloatBuffer chunk = chunks[(int) (at >> CHUNK_BITS)];
            int index = (int) (at & CHUNK_MASK);
            int n = Math.min(count - done, chunk.capacity() - index);
            chunk.put(index, from, first + done, n);
            done += n;
        }
    }

    @Override
    public final void read(long offset, float[] to, int first, int count) {
        Objects.checkFromIndexSize(offset, count, floats());
        for (int done = 0; done < count; ) {
            long at = offset + done;
            FloatBuffer chunk = chunks[(int) (at >> CHUNK_BITS)];
            int index = (int) (at & CHUNK_MASK);
            int n = Math.min(count - done, chunk.capacity() - index);
            chunk.get(index, to, first + done, n);
            done += n;
        }
    }

    @Override
    public void fill(long offset, long count, float value) {
        for (long at = offset; at < offset + count; at++) {
            set(at, value);
        }
    }

    @Override
    public void copy(long offset, TensorStorage from, long fromOffset, long count) {
        if (from instanceof BufferStorage source) {
            long done = 0;
            while (done < count) {
                long at = fromOffset + done;
                FloatBuffer chunk = source.chunks[(int) (at >> CHUNK_BITS)];
                int index = (int) (at & CHUNK_MASK);
                int n = (int) Math.min(count - done, chunk.capacity() - index);
                write(offset + done, chunk.duplicate().position(index).limit(index + n));
                done += n;
            }
        } else {
            FloatBuffer staging = FloatBuffer.allocate((int) Math.min(count, 1 << 16));
            for (long done = 0; done < count; done += staging.limit()) {
                staging.clear().limit((int) Math.min(staging.capacity(), count - done));
                from.read(fromOffset + done, staging);
                write(offset + done, staging.flip());
            }
        }
    }
}
