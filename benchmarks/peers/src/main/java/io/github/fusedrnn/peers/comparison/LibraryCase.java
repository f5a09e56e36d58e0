package io.github.fusedrnn.peers.comparison;

import java.util.Map;

/**
 * A library set up for one case and a number of threads, as efficiently as its API allows: memory allocated, weights packed, threads configured.
 * Keep it thin: whatever {@link #run()} does besides calling the library is timed with it.
 */
public interface LibraryCase extends AutoCloseable {
    /**
     * Runs the case once, into memory that is reused; complete on return. A step starts from the state that the previous call ended with, every
     * other case from zero states. In training the weights count as changed since the last call (any packing that requires is part of the call),
     * followed by forward and backward; gradients are those of this call only.
     */
    void run() throws Exception;

    /** Resets a carried state to zero; not timed. */
    void reset() throws Exception;

    /** A copy of the output of the last call {@code [T, N, D*H]}; values past the end of a row are ignored. Not timed. */
    float[] output() throws Exception;

    /**
     * In training, copies of the gradients of the last call: {@code x} {@code [T, N, C]} and every parameter under PyTorch's name, in its layout; a
     * library with one bias where PyTorch has two returns the same array for both. Otherwise empty. Not timed.
     */
    Map<String, float[]> gradients() throws Exception;

    @Override
    void close() throws Exception;
}
