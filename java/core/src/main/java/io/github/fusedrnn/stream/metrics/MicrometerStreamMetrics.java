package io.github.fusedrnn.stream.metrics;

import io.github.fusedrnn.stream.StreamMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Meters of a pool in a Micrometer registry: {@code fusedrnn.pool.batch.size}, {@code .batch.time}, {@code .step.wait}, {@code .step.total},
 * {@code .queued} (of the worker that ran a batch last) and the counters {@code .rejected}, {@code .failed}, {@code .evicted}, {@code .restored},
 * {@code .store.failed}. Needs Micrometer on the class or module path. Thread-safe.
 */
public final class MicrometerStreamMetrics implements StreamMetrics {
    private static final String PREFIX = "fusedrnn.pool.";

    private final DistributionSummary batchSize;
    private final Timer batchTime;
    private final Timer stepWait;
    private final Timer stepTotal;
    private final AtomicInteger queued;
    private final Counter rejected;
    private final Counter failed;
    private final Counter evicted;
    private final Counter restored;
    private final Counter storeFailed;

    /**
     * Registers the meters.
     *
     * @param tags names and values by turns, such as {@code "model", "vad"}: what tells the pools of a process apart
     */
    public MicrometerStreamMetrics(MeterRegistry registry, String... tags) {
        Tags all = Tags.of(tags);
        batchSize = registry.summary(PREFIX + "batch.size", all);
        batchTime = registry.timer(PREFIX + "batch.time", all);
        stepWait = registry.timer(PREFIX + "step.wait", all);
        stepTotal = registry.timer(PREFIX + "step.total", all);
        queued = new AtomicInteger();
        registry.gauge(PREFIX + "queued", all, this, metrics -> metrics.queued.get());
        rejected = registry.counter(PREFIX + "rejected", all);
        failed = registry.counter(PREFIX + "failed", all);
        evicted = registry.counter(PREFIX + "evicted", all);
        restored = registry.counter(PREFIX + "restored", all);
        storeFailed = registry.counter(PREFIX + "store.failed", all);
    }

    @Override
    public void batch(int size, int waiting, long nanos) {
        batchSize.record(size);
        batchTime.record(nanos, TimeUnit.NANOSECONDS);
        queued.set(waiting);
    }

    @Override
    public void step(long wait, long total) {
        stepWait.record(wait, TimeUnit.NANOSECONDS);
        stepTotal.record(total, TimeUnit.NANOSECONDS);
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
