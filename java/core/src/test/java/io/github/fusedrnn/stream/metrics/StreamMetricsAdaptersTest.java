package io.github.fusedrnn.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.stream.StreamMetrics;
import io.github.fusedrnn.stream.StreamPool;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StreamMetricsAdaptersTest {
    private static final int STEPS = 100;

    /** Runs steps through a pool, of which one request is refused by its stream's snapshot. */
    private static void use(StreamMetrics metrics) {
        try (Gru layer = Gru.builder(2, 3).build();
                StreamPool pool = StreamPool.builder(layer).metrics(metrics).build()) {
            List<CompletionStage<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                answers.add(pool.submit(i % 7, new float[2]));
            }
            answers.forEach(answer -> answer.toCompletableFuture().join());
            pool.restore(1, new byte[0]);
        }
        metrics.rejected();
        metrics.evicted(1);
        metrics.restored(1);
        metrics.storeFailed(1, new IllegalStateException());
    }

    @Test
    void histogramsCountEveryStepAndBatch() {
        HdrStreamMetrics metrics = new HdrStreamMetrics();
        use(metrics);
        HdrStreamMetrics.Interval interval = metrics.interval();
        assertThat(interval.waitNanos().getTotalCount()).isEqualTo(STEPS);
        assertThat(interval.totalNanos().getTotalCount()).isEqualTo(STEPS);
        long inBatches = 0;
        for (var value : interval.batchSizes().recordedValues()) {
            inBatches += value.getCountAtValueIteratedTo() * value.getValueIteratedTo();
        }
        assertThat(inBatches).isEqualTo(STEPS);
        assertThat(interval.batchNanos().getTotalCount())
                .isEqualTo(interval.batchSizes().getTotalCount());
        assertThat(List.of(
                        interval.rejected(),
                        interval.failed(),
                        interval.evicted(),
                        interval.restored(),
                        interval.storeFailed()))
                .containsOnly(1L);
        assertThat(metrics.interval().waitNanos().getTotalCount()).isZero();
    }

    @Test
    void metersCountEveryStepAndBatch() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        use(new MicrometerStreamMetrics(registry, "model", "test"));
        assertThat(registry.get("fusedrnn.pool.step.wait")
                        .tag("model", "test")
                        .timer()
                        .count())
                .isEqualTo(STEPS);
        assertThat(registry.get("fusedrnn.pool.step.total").timer().count()).isEqualTo(STEPS);
        assertThat(registry.get("fusedrnn.pool.batch.size").summary().totalAmount())
                .isEqualTo(STEPS);
        assertThat(registry.get("fusedrnn.pool.queued").gauge().value()).isBetween(0.0, (double) STEPS);
        for (String name : List.of("rejected", "failed", "evicted", "restored", "store.failed")) {
            assertThat(registry.get("fusedrnn.pool." + name).counter().count())
                    .as(name)
                    .isEqualTo(1);
        }
    }
}
