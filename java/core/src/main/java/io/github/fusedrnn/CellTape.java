package io.github.fusedrnn;

import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/**
 * What {@link RecurrentCell#forward} saved for its backward. Belongs to the caller, goes in try-with-resources, is used once, and leases x, y
 * and the states of its forward until it is closed, as a {@link Tape} does. One thread at a time.
 *
 * <p>Backward through steps: keep the tape of each step, go from the last to the first, hand each step's {@code dStateIn} to the step before
 * as its {@code dStateOut}, and let all of them add to one {@link CellGradients}.
 */
public interface CellTape extends AutoCloseable {
    /**
     * Backward of the call that made this tape: gradients of Σ dy∘y + Σ dStateOut∘stateOut.
     *
     * @param dy gradient of y, same shape, read only; null = zero
     * @param dStateOut gradient of the final states, read only; null = zero
     * @param dx gradient of x, same shape, overwritten; null = not wanted
     * @param dStateIn gradient of the initial states, overwritten; null = not wanted; apart from dStateOut
     * @param gradients of the parameters, <em>added to</em>; null = not wanted
     * @throws IllegalStateException if the tape was used before or is closed, or if the weights changed since forward
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong
     */
    void backward(
            @Nullable FloatTensor dy,
            @Nullable CellState dStateOut,
            @Nullable FloatTensor dx,
            @Nullable CellState dStateIn,
            @Nullable CellGradients gradients);

    /** Ends the leases and frees what forward saved; a second call does nothing. */
    @Override
    void close();
}
