package io.github.fusedrnn.stream;

/**
 * Receives the answer to one step of a {@link StreamPool}. Called on a worker of the pool, which does nothing else meanwhile: be quick, or hand
 * over to another thread. May submit further requests; they never wait for room here. What it throws goes to the worker's uncaught exception
 * handler and affects no other request. One object may serve any number of requests.
 */
public interface StepCallback {
    /**
     * The step is done.
     *
     * @param streamId the stream
     * @param step number of this step in the stream, from 1
     * @param y the array that the request named
     * @param yOffset where the output begins in it
     */
    void stepped(long streamId, long step, float[] y, int yOffset);

    /**
     * The step failed; the stream's state is as it was before.
     *
     * @param streamId the stream
     * @param cause why
     */
    void failed(long streamId, Throwable cause);
}
