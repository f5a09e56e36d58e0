package io.github.fusedrnn;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;

/**
 * What the allocating form of inference returns; the caller owns both parts and closes them together.
 *
 * @param y output {@code [T, N, D*H]} (or batch-major; H is P with projection)
 * @param state final states
 */
public record RecurrentOutput(FloatTensor y, RecurrentState state) implements AutoCloseable {
    @Override
    public void close() {
        try (state) {
            y.close();
        }
    }
}
