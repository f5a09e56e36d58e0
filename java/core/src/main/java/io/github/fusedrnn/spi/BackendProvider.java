package io.github.fusedrnn.spi;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;

/** Offers a backend; found by {@link java.util.ServiceLoader}. Thread-safe. */
public interface BackendProvider {
    /** Which backend. */
    BackendKind kind();

    /** The available backend of the largest rank that supports a layer is chosen by default. */
    int rank();

    /**
     * Whether the backend can run here; looks once and remembers. Never throws: whatever goes wrong becomes the reason.
     */
    Availability availability();

    /**
     * The backend itself, one for the process.
     *
     * @throws io.github.fusedrnn.config.FusedRnnException if it is not available, with the reason
     */
    Backend open();
}
