package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.internal.natives.NativeApi;
import io.github.fusedrnn.internal.natives.Span;
import io.github.fusedrnn.internal.natives.fr_call;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;

/** A plan's memory for arguments of a call that are no tensors: the lengths of the rows, and the struct of a training call. */
final class CallMemory {
    private static final long LINE = 64;

    private final long block;
    private final fr_call call;
    private final long lengthsAddress;
    private final IntBuffer lengths;

    CallMemory(int maxN) {
        long bytes = bytes(maxN);
        block = NativeApi.fr_alloc(bytes);
        if (block == 0) {
            throw MemoryLimit.refused(bytes, "lengths of " + maxN + " rows");
        }
        call = new fr_call(new Span(block, 1));
        lengthsAddress = block + structBytes();
        lengths = new IntPointer(new Span(lengthsAddress, maxN)).asBuffer();
    }

    /** Bytes held for {@code maxN} rows. */
    static long bytes(int maxN) {
        return structBytes() + (long) maxN * Integer.BYTES;
    }

    private static long structBytes() {
        return (Loader.sizeof(fr_call.class) + LINE - 1) / LINE * LINE;
    }

    /** The struct of the current call; it still holds the values of the previous one. */
    fr_call call() {
        return call;
    }

    /** Copies the lengths of a call and returns their address. */
    long put(int[] lengthsOfRows) {
        lengths.put(0, lengthsOfRows, 0, lengthsOfRows.length);
        return lengthsAddress;
    }

    void free() {
        NativeApi.fr_free(block);
    }
}
