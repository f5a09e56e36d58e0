package io.github.fusedrnn.stream.metrics;

import io.github.fusedrnn.stream.StreamMetrics;

/** Turns what a pool reports into four distributions and five counters, whatever library keeps them. */
abstract class InstrumentedMetrics implements StreamMetrics {
    /** A distribution of sizes or of nanoseconds. */
    enum Distribution {
        BATCH_SIZE,
        BATCH_TIME,
        STEP_WAIT,
        STEP_TOTAL
    }

    /** What is counted. */
    enum Event {
        REJECTED,
        FAILED,
        EVICTED,
        RESTORED,
        STORE_FAILED
    }

    abstract void record(Distribution distribution, long value);

    abstract void count(Event event);

    @Override
    public void batch(int size, int queued, long nanos) {
        record(Distribution.BATCH_SIZE, size);
        record(Distribution.BATCH_TIME, nanos);
    }

    @Override
    public final void step(long waitNanos, long totalNanos) {
        record(Distribution.STEP_WAIT, waitNanos);
        record(Distribution.STEP_TOTAL, totalNanos);
    }

    @Override
    public final void rejected() {
        count(Event.REJECTED);
    }

    @Override
    public final void failed(Throwable cause) {
        count(Event.FAILED);
    }

    @Override
    public final void evicted(long streamId) {
        count(Event.EVICTED);
    }

    @Override
    public final void restored(long streamId) {
        count(Event.RESTORED);
    }

    @Override
    public final void storeFailed(long streamId, Throwable cause) {
        count(Event.STORE_FAILED);
    }
}
