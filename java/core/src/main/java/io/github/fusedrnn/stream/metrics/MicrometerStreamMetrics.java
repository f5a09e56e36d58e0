package io.github.fusedrnn.stream.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Meters of a pool in a Micrometer registry: {@code fusedrnn.pool.batch.size}, {@code .batch.time}, {@code .step.wait}, {@code .step.total},
 * {@code .queued} (of the worker that ran a batch last) and the counters {@code .rejected}, {@code .failed}, {@code .evicted}, {@code .restored},
 * {@code .store.failed}. Needs Micrometer on the class or module path. Thread-safe.
 */
public final class MicrometerStreamMetrics extends InstrumentedMetrics {
    private final LongConsumer[] distributions = new LongConsumer[Distribution.values().length];
    private final Counter[] counters = new Counter[Event.values().length];
    private final AtomicInteger queued = new AtomicInteger();

    /**
     * Registers the meters.
     *
     * @param tags names and values by turns, such as {@code "model", "vad"}: what tells the pools of a process apart
     */
    public MicrometerStreamMetrics(MeterRegistry registry, String... tags) {
        Tags all = Tags.of(tags);
        for (Distribution distribution : Distribution.values()) {
            distributions[distribution.ordinal()] = distribution == Distribution.BATCH_SIZE
                    ? sizes(registry.summary(name(distribution), all))
                    : nanos(registry.timer(name(distribution), all));
        }
        for (Event event : Event.values()) {
            counters[event.ordinal()] = registry.counter(name(event), all);
        }
        registry.gauge("fusedrnn.pool.queued", all, this, metrics -> metrics.queued.get());
    }

    private static String name(Enum<?> of) {
        return "fusedrnn.pool." + of.name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private static LongConsumer sizes(DistributionSummary summary) {
        return summary::record;
    }

    private static LongConsumer nanos(Timer timer) {
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void batch(int size, int waiting, long nanos) {
        super.batch(size, waiting, nanos);
        queued.set(waiting);
    }

    @Override
    void record(Distribution distribution, long value) {
        distributions[distribution.ordinal()].accept(value);
    }

    @Override
    void count(Event event) {
        counters[event.ordinal()].increment();
    }
}
