package io.github.fusedrnn.internal.natives;

import org.bytedeco.javacpp.Pointer;

/**
 * A pointer that owns no memory, to cast to one of the ABI's structs or to a typed pointer. JavaCPP's own allocation cannot be used: it refuses
 * even a small struct, after seconds of garbage collection, once the process holds more than twice the Java heap's limit, which our tensors
 * alone may do.
 */
public final class Span extends Pointer {
    public Span(long address, long elements) {
        super((Pointer) null);
        this.address = address;
        this.limit = elements;
        this.capacity = elements;
    }
}
