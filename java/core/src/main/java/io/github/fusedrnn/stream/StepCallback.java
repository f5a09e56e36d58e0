package io.github.fusedrnn.stream;

/**
 * Gets the answer to one request of a {@link StreamPool}. Called on a worker of the pool, which does nothing else meanwhile: be quick, or hand
 * over to another thread. May submit further requests, which never wait for room here. What it throws goes to the worker's handler of uncaught
 * exceptions, and changes nothing for anybody else. One object may serve any number of requests.
 */
public interface StepCallback {
    /**
     * The step is done.
     *
     * @param streamId whose
     * @param step number of this step in its stream, from 1
     * @param y the array that the request named
     * @param yOffset where the output begins in it
     */
    void stepped(long streamId, long step, float[] y, int yOffset);

    /**
     * The step was not done; the stream's state is as it was before it.
     *
     * @param streamId whose
     * @param cause why
     */
    void failed(long streamId, Throwable cause);
}
