package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.memory.BufferStorage;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/** Host memory of our own allocator: 64-byte aligned, counted, and not limited by the Java heap's size as JavaCPP's is. */
public final class NativeStorage extends BufferStorage {
    private final long address;

    private NativeStorage(String label, long floats, long address) {
        super(label, floats, chunks(address, floats), () -> NativeApi.fr_free(address));
        this.address = address;
    }

    /**
     * A block of zeros.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not that much memory
     */
    public static NativeStorage allocate(long floats, String label) {
        NativeStorage storage = allocateDirty(floats, label);
        NativeApi.fr_fill(storage.address, floats, 0);
        return storage;
    }

    /** A block with undefined contents, for callers that write before they read. */
    public static NativeStorage allocateDirty(long floats, String label) {
        long bytes = Math.multiplyExact(floats, (long) Float.BYTES);
        MemoryLimit.check(bytes, label);
        long address = NativeApi.fr_alloc(bytes);
        if (address == 0) {
            throw MemoryLimit.refused(bytes, label);
        }
        try {
            return new NativeStorage(label, floats, address);
        } catch (RuntimeException | Error e) {
            NativeApi.fr_free(address);
            throw e;
        }
    }

    private static FloatBuffer[] chunks(long address, long floats) {
        FloatBuffer[] chunks = new FloatBuffer[chunkCount(floats)];
        for (int i = 0; i < chunks.length; i++) {
            Span chunk = new Span(address + ((long) i << CHUNK_BITS) * Float.BYTES, chunkSize(floats, i));
            chunks[i] = new FloatPointer(chunk).asBuffer();
        }
        return chunks;
    }

    @Override
    public BackendKind backend() {
        return BackendKind.CPU;
    }

    @Override
    public boolean usableBy(BackendKind backend) {
        return backend == BackendKind.CPU || backend == BackendKind.REFERENCE;
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public void fill(long offset, long count, float value) {
        NativeApi.fr_fill(address + offset * Float.BYTES, count, value);
    }

    @Override
    public void copy(long offset, TensorStorage from, long fromOffset, long count) {
        if (from instanceof NativeStorage) {
            NativeApi.fr_copy(address + offset * Float.BYTES, from.address() + fromOffset * Float.BYTES, count);
        } else {
            super.copy(offset, from, fromOffset, count);
        }
    }
}
