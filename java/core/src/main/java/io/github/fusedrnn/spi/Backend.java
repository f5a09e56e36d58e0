package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.Allocator;
import java.util.Map;

/** One backend of this process. Thread-safe. */
public interface Backend extends Allocator {
    /**
     * This backend on another device of the process.
     *
     * @throws IllegalArgumentException if there is no such device; lists those there are
     * @throws UnsupportedOperationException if this backend has none to choose from
     */
    default Backend onDevice(int index) {
        throw new UnsupportedOperationException("backend " + kind() + ": has no devices to choose from (CUDNN has)");
    }

    /** Whether a layer can run here with these options; the reason names the feature that cannot, and what would do it. */
    Availability supports(RecurrentConfig config, EngineOptions options);

    /** Whether a layer can run here with the default options. */
    default Availability supports(RecurrentConfig config) {
        return supports(config, EngineOptions.AUTO);
    }

    /**
     * What runs layers of one description.
     *
     * @throws IllegalArgumentException if an option's value is unknown or cannot be met here; lists the choices
     */
    RecurrentEngine engine(RecurrentConfig config, EngineOptions options);

    /** The dense operations of what stands around a recurrent layer. */
    DenseOps dense();

    /** Bytes of native memory that this backend holds now, for tensors, weights and plans of the whole process. */
    long liveBytes();

    /** What a measurement on this backend depends on beside what is measured. */
    Fingerprint fingerprint();

    /** What {@code doctor} prints: the instruction set or device, library versions, limits; in print order. */
    Map<String, String> describe();
}
