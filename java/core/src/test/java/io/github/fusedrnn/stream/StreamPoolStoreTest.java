package io.github.fusedrnn.stream;

import static io.github.fusedrnn.stream.PoolCase.alone;
import static io.github.fusedrnn.stream.PoolCase.failure;
import static io.github.fusedrnn.stream.PoolCase.get;
import static io.github.fusedrnn.stream.PoolCase.lstm;
import static io.github.fusedrnn.stream.PoolCase.x;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that leave and come back. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StreamPoolStoreTest {
    @Test
    void evictedStreamsComeBackWithTheirBits() {
        MapStore store = new MapStore();
        try (Lstm layer = lstm()) {
            int streams = 50;
            int steps = 10;
            List<List<CompletionStage<float[]>>> answers = new ArrayList<>();
            for (int s = 0; s < streams; s++) {
                answers.add(new ArrayList<>());
            }
            // a pool for every few steps, so that the streams outlive it
            for (int from = 0; from < steps; from += 5) {
                try (StreamPool pool = StreamPool.builder(layer)
                        .streams(4)
                        .largestBatch(4)
                        .store(store)
                        .build()) {
                    for (int t = from; t < from + 5; t++) {
                        for (int s = 0; s < streams; s++) {
                            answers.get(s).add(pool.submit(s, x(s, t)));
                        }
                    }
                }
                assertThat(store.saved).hasSize(streams);
            }
            for (int s = 0; s < streams; s++) {
                float[][] expected = alone(layer, s, steps);
                for (int t = 0; t < steps; t++) {
                    assertThat(get(answers.get(s).get(t)))
                            .as("stream %d, step %d", s, t)
                            .isEqualTo(expected[t]);
                }
                assertThat(StreamSnapshot.parse(store.saved.get((long) s)).steps())
                        .isEqualTo(steps);
            }
        }
    }

    @Test
    void idleStreamsLeaveByThemselvesAndComeBack() throws InterruptedException {
        CountDownLatch evicted = new CountDownLatch(2);
        CountDownLatch restored = new CountDownLatch(1);
        StreamMetrics metrics = new StreamMetrics() {
            @Override
            public void evicted(long streamId) {
                evicted.countDown();
            }

            @Override
            public void restored(long streamId) {
                restored.countDown();
            }
        };
        MapStore store = new MapStore();
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .store(store)
                        .evictAfter(Duration.ofMillis(2))
                        .metrics(metrics)
                        .build()) {
            get(pool.submit(1, x(1, 0)));
            get(pool.submit(2, x(2, 0)));
            evicted.await();
            assertThat(get(pool.submit(1, x(1, 1)))).isEqualTo(alone(layer, 1, 2)[1]);
            restored.await();
            get(pool.remove(1));
            assertThat(store.saved).containsOnlyKeys(2L);
        }
    }

    @Test
    void aStoreThatFailsCostsNobodyAState() {
        boolean[] broken = new boolean[1];
        MapStore store = new MapStore() {
            @Override
            public void save(long streamId, byte[] snapshot) {
                check();
                super.save(streamId, snapshot);
            }

            @Override
            public byte[] load(long streamId) {
                check();
                return super.load(streamId);
            }

            private void check() {
                if (broken[0]) {
                    throw new IllegalStateException("no disk");
                }
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .streams(1)
                        .largestBatch(1)
                        .store(store)
                        .build()) {
            get(pool.submit(1, x(1, 0)));
            get(pool.submit(2, x(2, 0)));
            broken[0] = true;
            assertThat(failure(pool.submit(1, x(1, 1)))).hasMessage("no disk");
            assertThat(get(pool.submit(2, x(2, 1)))).isEqualTo(alone(layer, 2, 2)[1]);
            broken[0] = false;
            assertThat(get(pool.submit(1, x(1, 1)))).isEqualTo(alone(layer, 1, 2)[1]);
            assertThat(get(pool.submit(2, x(2, 2)))).isEqualTo(alone(layer, 2, 3)[2]);
        }
    }

    @Test
    void aStreamThatTheStoreCannotRemoveGoesOn() {
        MapStore store = new MapStore() {
            @Override
            public void remove(long streamId) {
                throw new IllegalStateException("no disk");
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .streams(1)
                        .largestBatch(1)
                        .store(store)
                        .build()) {
            float[][] expected = alone(layer, 1, 3);
            get(pool.submit(1, x(1, 0)));
            get(pool.submit(2, x(2, 0))); // sends 1 to the store
            get(pool.submit(1, x(1, 1)));
            assertThat(failure(pool.remove(1))).hasMessage("no disk");
            assertThat(get(pool.submit(1, x(1, 2)))).isEqualTo(expected[2]);
        }
    }
}
