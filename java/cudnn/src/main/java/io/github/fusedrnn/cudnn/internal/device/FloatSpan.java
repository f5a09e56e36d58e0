package io.github.fusedrnn.cudnn.internal.device;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Like {@link Span}, for functions with a {@code float*} parameter. */
public final class FloatSpan extends FloatPointer {
    /** NULL. */
    public FloatSpan() {
        super((Pointer) null);
    }

    /** To an address; 0 is NULL. */
    public FloatSpan(long address) {
        this();
        this.address = address;
    }

    /** Sets the address; returns this. */
    public FloatSpan to(long newAddress) {
        this.address = newAddress;
        return this;
    }
}
