package io.github.fusedrnn.cudnn.internal.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A small zeroed block of host memory for structs and results of native calls; lives as long as this object. It is direct memory of the JVM, not of
 * JavaCPP's allocator, for the reason that {@link Span} gives. Not thread-safe.
 */
public final class HostBlock {
    private static final int ALIGNMENT = 16;

    private final ByteBuffer bytes;
    private final long address;

    /** A block of {@code size} bytes. */
    public HostBlock(int size) {
        bytes = ByteBuffer.allocateDirect(size + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .order(ByteOrder.nativeOrder());
        address = Span.addressOf(bytes);
    }

    /** A zero-terminated string. */
    static HostBlock of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes, followed by a zero. */
    static HostBlock of(byte[] values) {
        HostBlock block = new HostBlock(values.length + 1);
        block.bytes.put(0, values);
        return block;
    }

    /** Its address; a multiple of 16. */
    public long address() {
        return address;
    }

    /** The block, in native order. */
    public ByteBuffer bytes() {
        return bytes;
    }
}
