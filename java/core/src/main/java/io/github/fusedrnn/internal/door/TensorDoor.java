package io.github.fusedrnn.internal.door;

/**
 * What only we may ask of a tensor.
 *
 * @param <T> the tensor
 * @param <S> its storage
 */
public interface TensorDoor<T, S> {
    /** The block behind a tensor. */
    S storage(T tensor);

    /** The first element's offset in the block. */
    long offset(T tensor);

    /** A view of a range of a block that somebody else owns. */
    T view(S storage, long offset, long... dims);
}
