package io.github.fusedrnn.cudnn.internal.device;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * A pointer that owns no memory, on the host or a device; not thread-safe. JavaCPP's own allocation cannot be used: it
 * refuses even a small struct, after seconds of garbage collection, once the process holds more than twice the Java heap's limit.
 */
public final class Span extends Pointer {
    /** NULL. */
    public Span() {
        super((Pointer) null);
    }

    /** To an address; 0 is NULL. */
    public Span(long address) {
        this();
        this.address = address;
    }

    /** Sets the address; returns this. */
    public Span to(long newAddress) {
        this.address = newAddress;
        return this;
    }

    /** The address of a direct buffer's memory, whatever its position. */
    static long addressOf(ByteBuffer direct) {
        return getDirectBufferAddress(direct);
    }
}
