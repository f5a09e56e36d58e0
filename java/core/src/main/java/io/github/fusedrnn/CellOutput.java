package io.github.fusedrnn;

import io.github.fusedrnn.tensor.FloatTensor;

/**
 * What the allocating forms of {@link RecurrentCell} return; the caller owns both parts and closes them together.
 *
 * @param y output, {@code [N, outputSize]} of a step, {@code [T, N, outputSize]} of a sequence
 * @param state the next state
 */
public record CellOutput(FloatTensor y, CellState state) implements AutoCloseable {
    @Override
    public void close() {
        try (state) {
            y.close();
        }
    }
}
