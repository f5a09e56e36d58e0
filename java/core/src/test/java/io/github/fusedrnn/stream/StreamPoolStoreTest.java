package io.github.fusedrnn.stream;

import static io.github.fusedrnn.stream.PoolCase.C;
import static io.github.fusedrnn.stream.PoolCase.H;
import static io.github.fusedrnn.stream.PoolCase.alone;
import static io.github.fusedrnn.stream.PoolCase.failure;
import static io.github.fusedrnn.stream.PoolCase.get;
import static io.github.fusedrnn.stream.PoolCase.lstm;
import static io.github.fusedrnn.stream.PoolCase.x;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.StreamSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

    /** A store that refuses some streams, and who was said to have been refused. */
    private static final class Choosy extends MapStore implements StreamMetrics {
        final Set<Long> refused = ConcurrentHashMap.newKeySet();
        final List<Long> told = Collections.synchronizedList(new ArrayList<>());

        Choosy(Long... ids) {
            refused.addAll(List.of(ids));
        }

        @Override
        public void save(long streamId, byte[] snapshot) {
            if (refused.contains(streamId)) {
                throw new IllegalStateException("no disk for " + streamId);
            }
            super.save(streamId, snapshot);
        }

        @Override
        public void storeFailed(long streamId, Throwable cause) {
            told.add(streamId);
        }
    }

    @Test
    void aStreamThatCannotBeSavedKeepsNobodyOut() {
        Choosy store = new Choosy(1L);
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .streams(2)
                        .largestBatch(1)
                        .store(store)
                        .metrics(store)
                        .build()) {
            for (int step = 0; step < 2; step++) {
                for (long stream = 1; stream <= 4; stream++) {
                    assertThat(get(pool.submit(stream, x(stream, step))))
                            .as("stream %d, step %d", stream, step)
                            .isEqualTo(alone(layer, stream, step + 1)[step]);
                }
            }
            assertThat(store.told).containsOnly(1L);
            store.refused.addAll(List.of(1L, 4L)); // now both that are there
            assertThat(failure(pool.submit(2, x(2, 2))))
                    .hasMessage(
                            "streams: no row is free, and the store failed to save each stream that could be evicted")
                    .hasRootCauseMessage("no disk for 4");
            store.refused.clear();
            for (long stream = 1; stream <= 4; stream++) {
                assertThat(get(pool.submit(stream, x(stream, 2)))).isEqualTo(alone(layer, stream, 3)[2]);
            }
        }
    }

    @Test
    void aStreamOfTheBatchNeverMakesRoomForAnotherOne() throws InterruptedException {
        Choosy store = new Choosy(9L);
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .streams(4)
                        .largestBatch(4)
                        .store(store)
                        .metrics(store)
                        .build()) {
            get(pool.submit(9, x(9, 0)));
            get(pool.submit(1, x(1, 0)));
            get(pool.submit(2, x(2, 0)));
            Gate gate = Gate.hold(pool, C, H);
            CompletionStage<float[]> first = pool.submit(1, x(1, 1));
            CompletionStage<float[]> second = pool.submit(2, x(2, 1));
            CompletionStage<float[]> third = pool.submit(3, x(3, 0));
            CompletionStage<float[]> fourth = pool.submit(4, x(4, 0));
            gate.open();
            // 3 gets the gate's row, as 9 cannot leave; for 4 nobody is left but those of its own batch
            assertThat(failure(fourth)).hasRootCauseMessage("no disk for 9");
            assertThat(get(first)).isEqualTo(alone(layer, 1, 2)[1]);
            assertThat(get(second)).isEqualTo(alone(layer, 2, 2)[1]);
            assertThat(get(third)).isEqualTo(alone(layer, 3, 1)[0]);
            assertThat(store.told).containsExactly(9L);
            assertThat(get(pool.submit(9, x(9, 1)))).isEqualTo(alone(layer, 9, 2)[1]);
        }
    }
}
