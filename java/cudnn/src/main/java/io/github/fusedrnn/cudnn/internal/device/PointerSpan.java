package io.github.fusedrnn.cudnn.internal.device;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Like {@link Span}, for functions with an array of pointers as parameter. */
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
