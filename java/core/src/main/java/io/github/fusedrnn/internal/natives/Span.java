package io.github.fusedrnn.internal.natives;

import org.bytedeco.javacpp.Pointer;

/**
 * A pointer to memory that it neither made nor frees, to cast to one of the ABI's structs. JavaCPP's own allocation is no choice: it
 * refuses even a small struct, after seconds of garbage collection, once the process holds more than twice the Java heap's limit, which
 * our tensors alone may do.
 */
public final class Span extends Pointer {
    public Span(long address, long elements) {
        super((Pointer) null);
        this.address = address;
        this.limit = elements;
        this.capacity = elements;
    }
}
