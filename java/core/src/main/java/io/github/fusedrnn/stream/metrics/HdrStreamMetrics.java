package io.github.fusedrnn.stream.metrics;

import io.github.fusedrnn.stream.StreamMetrics;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Histograms of what a pool does, to three significant digits, without garbage and without a lock for those who record. Needs HdrHistogram on the
 * class or module path. Thread-safe.
 */
public final class HdrStreamMetrics implements StreamMetrics {
    private static final int DIGITS = 3;

    private final Recorder batchSizes = new Recorder(DIGITS);
    private final Recorder batchNanos = new Recorder(DIGITS);
    private final Recorder waitNanos = new Recorder(DIGITS);
    private final Recorder totalNanos = new Recorder(DIGITS);
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder restored = new LongAdder();
    private final LongAdder storeFailed = new LongAdder();

    /** Nothing measured yet. */
    public HdrStreamMetrics() {}

    /**
     * What was measured in an interval. The caller's to keep.
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
                batchSizes.getIntervalHistogram(),
                batchNanos.getIntervalHistogram(),
                waitNanos.getIntervalHistogram(),
                totalNanos.getIntervalHistogram(),
                rejected.sumThenReset(),
                failed.sumThenReset(),
                evicted.sumThenReset(),
                restored.sumThenReset(),
                storeFailed.sumThenReset());
    }

    @Override
    public void batch(int size, int queued, long nanos) {
        batchSizes.recordValue(size);
        batchNanos.recordValue(Math.max(0, nanos));
    }

    @Override
    public void step(long wait, long total) {
        waitNanos.recordValue(Math.max(0, wait));
        totalNanos.recordValue(Math.max(0, total));
    }

    @Override
    public void rejected() {
        rejected.increment();
    }

    @Override
    public void failed(Throwable cause) {
        failed.increment();
    }

    @Override
    public void evicted(long streamId) {
        evicted.increment();
    }

    @Override
    public void restored(long streamId) {
        restored.increment();
    }

    @Override
    public void storeFailed(long streamId, Throwable cause) {
        storeFailed.increment();
    }
}
