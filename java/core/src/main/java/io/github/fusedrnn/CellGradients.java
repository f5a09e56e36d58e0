package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Closing;
import java.util.List;

/**
 * Gradients of the parameters of a {@link RecurrentCell}: one {@link Gradients} for each recurrent cell inside, in the order of the stack.
 * Made by {@link RecurrentCell#newGradients}; the caller closes it and decides when it is zeroed. One thread at a time.
 *
 * @param parts one for each recurrent cell; owned by this object
 */
public record CellGradients(List<Gradients> parts) implements AutoCloseable {
    /** Takes over the parts. */
    public CellGradients {
        parts = List.copyOf(parts);
    }

    /** The gradients of recurrent cell {@code i} of a stack, from 0. */
    public Gradients part(int i) {
        return parts.get(i);
    }

    /** Sets every gradient to zero. */
    public void zero() {
        parts.forEach(Gradients::zero);
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        Closing.all(parts);
    }
}
