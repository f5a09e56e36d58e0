package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.stream.StepCallback;

/** Runs the steps of many streams under load. */
interface StepServer extends AutoCloseable {
    /** Takes one step of a stream; returns whether the queue had room for it. {@code x} is copied. */
    boolean submit(int stream, float[] x, float[] y, StepCallback callback);

    /** Completes the queued requests, and stops. */
    @Override
    void close();
}
