package io.github.fusedrnn.spi;

import io.github.fusedrnn.BackendKind;
import java.util.Map;

/** One backend of this process. Thread-safe. */
public interface Backend {
    /** Which one. */
    BackendKind kind();

    /** Index of the device that this one runs on; −1 where there is nothing to choose from. */
    default int device() {
        return -1;
    }

    /**
     * This backend on another device of the process.
     *
     * @throws IllegalArgumentException if there is no such device; lists those there are
     * @throws UnsupportedOperationException if this backend has none to choose from
     */
    default Backend onDevice(int index) {
        throw new UnsupportedOperationException("backend " + kind() + ": has no devices to choose from (CUDNN has)");
    }

    /** What messages call its memory. */
    default String place() {
        return "backend " + kind() + (device() < 0 ? "" : " on device " + device());
    }

    /** Whether a layer can run here with these options; the reason names the feature that cannot, and what would do it. */
    Availability supports(RecurrentDesc desc, EngineOptions options);

    /** Whether a layer can run here with the default options. */
    default Availability supports(RecurrentDesc desc) {
        return supports(desc, EngineOptions.AUTO);
    }

    /**
     * Memory, all zero.
     *
     * @param floats elements, ≥ 1
     * @param label what messages call the block
     * @throws io.github.fusedrnn.FusedRnnException if there is not that much; names how many bytes were asked for and are free
     */
    TensorStorage allocate(long floats, String label);

    /**
     * What runs layers of one description.
     *
     * @throws IllegalArgumentException if an option's value is unknown or cannot be met here; lists the choices
     */
    RecurrentEngine engine(RecurrentDesc desc, EngineOptions options);

    /** The dense operations of what stands around a recurrent layer. */
    DenseOps dense();

    /** Bytes of native memory that this backend holds now, for tensors, weights and plans of the whole process. */
    long liveBytes();

    /** What a measurement on this backend depends on beside what is measured. */
    Fingerprint fingerprint();

    /** What {@code doctor} prints: the instruction set or device, library versions, limits; in print order. */
    Map<String, String> describe();
}
