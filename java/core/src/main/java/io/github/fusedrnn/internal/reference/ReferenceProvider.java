package io.github.fusedrnn.internal.reference;

import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.spi.BackendProvider;

/** Offers the reference backend: always there, always last. */
public final class ReferenceProvider implements BackendProvider {
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
        return Holder.BACKEND;
    }

    /** Made on first use: most processes find a faster backend and never open this one. */
    private static final class Holder {
        static final Backend BACKEND = new ReferenceBackend();
    }
}
