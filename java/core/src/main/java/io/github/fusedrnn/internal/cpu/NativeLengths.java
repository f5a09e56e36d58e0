package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.internal.natives.MemoryLimit;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** A plan's place for the lengths of a call's rows, where native code can read them. */
final class NativeLengths {
    private final long address;
    private final IntBuffer buffer;

    NativeLengths(int maxN) {
        long bytes = (long) maxN * Integer.BYTES;
        address = NativeApi.fr_alloc(bytes);
        if (address == 0) {
            throw MemoryLimit.refused(bytes, "lengths of " + maxN + " rows");
        }
        buffer = new Span(address, maxN).asBuffer();
    }

    /** Copies the lengths of a call; answers their address, 0 for null. */
    long put(int @Nullable [] lengths) {
        if (lengths == null) {
            return 0;
        }
        buffer.put(0, lengths, 0, lengths.length);
        return address;
    }

    void free() {
        NativeApi.fr_free(address);
    }

    private static final class Span extends IntPointer {
        Span(long address, long ints) {
            super((Pointer) null);
            this.address = address;
            this.limit = ints;
            this.capacity = ints;
        }
    }
}
