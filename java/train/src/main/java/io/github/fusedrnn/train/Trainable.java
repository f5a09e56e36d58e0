package io.github.fusedrnn.train;

/** Something with parameters to learn, which lie in one block. */
public interface Trainable {
    /** Its weights and gradients, always the same block; owned by this object. */
    ParameterBlock parameters();
}
