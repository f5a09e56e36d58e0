package io.github.fusedrnn.cudnn.internal.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A small zeroed block of host memory for structs and results of native calls; lives as long as this object. The JVM's direct memory and not
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

    /** A text as C has it. */
    static HostBlock of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes, and a zero behind them. */
    static HostBlock of(byte[] values) {
        HostBlock block = new HostBlock(values.length + 1);
        block.bytes.put(0, values);
        return block;
    }

    /** Where the block starts; a multiple of 16. */
    public long address() {
        return address;
    }

    /** The block, in native order. */
    public ByteBuffer bytes() {
        return bytes;
    }
}
