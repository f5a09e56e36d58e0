package io.github.fusedrnn;

import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.internal.checks.Closing;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.List;

/**
 * The state of a {@link RecurrentCell} between steps, or a gradient of it: one {@link RecurrentState} for each recurrent cell inside, in the
 * order of the stack. Made by {@link RecurrentCell#zeroState}; the caller closes it. One thread at a time.
 *
 * @param parts one state for each recurrent cell, at least one; owned by this object
 */
public record CellState(List<RecurrentState> parts) implements AutoCloseable {
    /**
     * Takes over the parts.
     *
     * @throws IllegalArgumentException if there are none
     */
    public CellState {
        parts = List.copyOf(parts);
        Checks.argument(!parts.isEmpty(), "parts", parts, "at least one");
    }

    /** The state of recurrent cell {@code i} of a stack, from 0. */
    public RecurrentState part(int i) {
        return parts.get(i);
    }

    /** N: rows. */
    public int rows() {
        return parts.get(0).rows();
    }

    /** Sets every state to zero. */
    public void reset() {
        parts.forEach(RecurrentState::reset);
    }

    /**
     * Copies the states of another one of the same shape.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public void copyFrom(CellState other) {
        Checks.argument(
                other.parts.size() == parts.size(), "other", other.parts.size() + " parts", parts.size() + " parts");
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).copyFrom(other.part(i));
        }
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        Closing.all(parts);
    }
}
