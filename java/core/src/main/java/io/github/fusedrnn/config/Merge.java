package io.github.fusedrnn.config;

/** How the outputs of the two directions of a bidirectional layer become one; the rule holds for every layer of a stack. */
public enum Merge {
    /** Side by side, forward half first: {@code [T, N, 2*H]}. */
    CONCAT,
    /** Added: {@code [T, N, H]}; the next layer's input size is then H. */
    SUM
}
