package io.github.fusedrnn.stream.metrics;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Histograms of what a pool does, to three significant digits, without garbage and without a lock for those who record. Needs HdrHistogram on the
 * class or module path. Thread-safe.
 */
public final class HdrStreamMetrics extends InstrumentedMetrics {
    private static final int DIGITS = 3;

    private final Recorder[] recorders = new Recorder[Distribution.values().length];
    private final LongAdder[] counters = new LongAdder[Event.values().length];

    /** Nothing measured yet. */
    public HdrStreamMetrics() {
        for (int i = 0; i < recorders.length; i++) {
            recorders[i] = new Recorder(DIGITS);
        }
        for (int i = 0; i < counters.length; i++) {
            counters[i] = new LongAdder();
        }
    }

    /**
     * What was measured in an interval. Owned by the caller.
     *
     * @param batchSizes streams of each batch
     * @param batchNanos time of each batch on the backend
     * @param waitNanos of each step, until its batch began
     * @param totalNanos of each step, until its answer
     * @param rejected requests for which there was no room
     * @param failed requests that failed
     * @param evicted streams that left for the store
     * @param restored streams that came back
     * @param storeFailed streams that the store did not take
     */
    public record Interval(
            Histogram batchSizes,
            Histogram batchNanos,
            Histogram waitNanos,
            Histogram totalNanos,
            long rejected,
            long failed,
            long evicted,
            long restored,
            long storeFailed) {}

    /** What was measured since the last call of this method, or since the beginning. */
    public synchronized Interval interval() {
        return new Interval(
                take(Distribution.BATCH_SIZE),
                take(Distribution.BATCH_TIME),
                take(Distribution.STEP_WAIT),
                take(Distribution.STEP_TOTAL),
                take(Event.REJECTED),
                take(Event.FAILED),
                take(Event.EVICTED),
                take(Event.RESTORED),
                take(Event.STORE_FAILED));
    }

    private Histogram take(Distribution distribution) {
        return recorders[distribution.ordinal()].getIntervalHistogram();
    }

    private long take(Event event) {
        return counters[event.ordinal()].sumThenReset();
    }

    @Override
    void record(Distribution distribution, long value) {
        recorders[distribution.ordinal()].recordValue(Math.max(0, value));
    }

    @Override
    void count(Event event) {
        counters[event.ordinal()].increment();
    }
}
