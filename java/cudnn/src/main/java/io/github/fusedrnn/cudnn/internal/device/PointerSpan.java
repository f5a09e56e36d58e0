package io.github.fusedrnn.cudnn.internal.device;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** As {@link Span}, for functions that want an array of pointers. */
final class PointerSpan extends PointerPointer<Pointer> {
    /** NULL. */
    PointerSpan() {
        super((Pointer) null);
    }

    /** To an address; 0 is NULL. */
    PointerSpan(long address) {
        this();
        this.address = address;
    }
}
