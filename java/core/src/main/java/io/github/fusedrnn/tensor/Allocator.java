package io.github.fusedrnn.tensor;

import io.github.fusedrnn.config.BackendKind;

/** Where tensors get their memory: the part of a backend that they know. Thread-safe. */
public interface Allocator {
    /** Which backend reads and writes the memory. */
    BackendKind kind();

    /** Index of the device that has the memory; −1 where there is nothing to choose from. */
    default int device() {
        return -1;
    }

    /** What messages call its memory. */
    default String place() {
        return place(kind(), device());
    }

    /** What messages call the memory of a backend on a device, −1 = none to choose from. */
    static String place(BackendKind kind, int device) {
        return "backend " + kind + (device < 0 ? "" : " on device " + device);
    }

    /**
     * Memory, all zero.
     *
     * @param floats elements, ≥ 1
     * @param label what messages call the block
     * @throws io.github.fusedrnn.config.FusedRnnException if there is not that much; names how many bytes were asked for and are free
     */
    TensorStorage allocate(long floats, String label);
}
