package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.stream.StepCallback;

/** Who answers the steps of many streams under load. */
interface StepServer extends AutoCloseable {
    /** Takes one step of a stream; answers whether there was room for it. {@code x} is copied. */
    boolean submit(int stream, float[] x, float[] y, StepCallback callback);

    /** Answers what waits, and ends. */
    @Override
    void close();
}
