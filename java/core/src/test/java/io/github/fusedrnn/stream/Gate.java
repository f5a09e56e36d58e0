package io.github.fusedrnn.stream;

import java.util.concurrent.CountDownLatch;

/** A callback that holds its worker until it is opened, so that a test decides what waits at the same time. */
final class Gate implements StepCallback {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    /** Holds the worker of a pool with one worker. */
    static Gate hold(StreamPool pool, int inputSize, int outputSize) throws InterruptedException {
        Gate gate = new Gate();
        pool.submit(Long.MIN_VALUE, new float[inputSize], 0, new float[outputSize], 0, gate);
        gate.awaitReached();
        return gate;
    }

    void awaitReached() throws InterruptedException {
        reached.await();
    }

    void open() {
        opened.countDown();
    }

    @Override
    public void stepped(long streamId, long step, float[] y, int yOffset) {
        reached.countDown();
        try {
            opened.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void failed(long streamId, Throwable cause) {
        throw new IllegalStateException(cause);
    }
}
