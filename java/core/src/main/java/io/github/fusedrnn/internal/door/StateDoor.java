package io.github.fusedrnn.internal.door;

/**
 * What only we may ask of a layer's state.
 *
 * @param <R> the state
 * @param <S> its storage
 * @param <C> the description of the layer
 */
public interface StateDoor<R, S, C> {
    /** The block behind h and c. */
    S storage(R state);

    /** States of {@code n} rows at the start of a block, which stays somebody else's. */
    R view(S storage, C config, int n);
}
