package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.spi.Availability;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;

/** Offers the reference backend: always there, always last. */
public final class ReferenceProvider implements BackendProvider {
    private static final ReferenceBackend BACKEND = new ReferenceBackend();

    /** For {@link java.util.ServiceLoader}. */
    public ReferenceProvider() {}

    @Override
    public BackendKind kind() {
        return BackendKind.REFERENCE;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Availability availability() {
        return Availability.yes("pure Java, float64 inside; runs wherever a JVM does");
    }

    @Override
    public Backend open() {
        return BACKEND;
    }
}
