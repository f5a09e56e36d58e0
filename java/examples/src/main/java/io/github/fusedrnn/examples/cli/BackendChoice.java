package io.github.fusedrnn.examples.cli;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.RecurrentConfig;
import org.jspecify.annotations.Nullable;

/**
 * How a layer runs.
 *
 * @param kind the backend
 * @param isa instruction set of the CPU backend, or null for the backend's own choice
 * @param threads per call
 */
public record BackendChoice(BackendKind kind, @Nullable String isa, int threads) {

    /** The name in tables. */
    public String name() {
        return isa == null ? Texts.lower(kind) : Texts.lower(kind) + "/" + isa;
    }

    /** Whether it can run a layer, and why not. */
    public Availability supports(RecurrentConfig config) {
        return Backends.supports(kind, config);
    }

    /** Sets backend, instruction set and threads of a builder. */
    public void apply(RecurrentBuilder<?> builder) {
        builder.backend(kind).threads(threads);
        if (isa != null) {
            builder.cpuIsa(isa);
        }
    }
}
