package io.github.fusedrnn.cudnn.internal.device;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** As {@link Span}, for functions that want a {@code float*}. */
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

    /** Points elsewhere; answers this. */
    public FloatSpan to(long newAddress) {
        this.address = newAddress;
        return this;
    }
}
