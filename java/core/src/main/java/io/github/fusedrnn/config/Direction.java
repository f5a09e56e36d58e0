package io.github.fusedrnn.config;

/** The order in which a layer reads its time steps. */
public enum Direction {
    /** From the first step to the last. */
    FORWARD,
    /** From each row's last valid step to the first; outputs stay aligned with input time. */
    REVERSE,
    /** Both, with weights of their own, merged as {@link Merge} says. */
    BIDIRECTIONAL;

    /** D: 2 for {@link #BIDIRECTIONAL}, else 1. */
    public int count() {
        return this == BIDIRECTIONAL ? 2 : 1;
    }
}
