package io.github.fusedrnn.benchmarks.coldstart;

/** The time of a JVM alone, which is subtracted from the others. */
public final class EmptyMain {
    private EmptyMain() {}

    /** Does nothing. */
    public static void main(String[] args) {}
}
