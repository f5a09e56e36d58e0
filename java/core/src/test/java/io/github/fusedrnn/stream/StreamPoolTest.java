package io.github.fusedrnn.stream;

import static io.github.fusedrnn.stream.PoolCase.C;
import static io.github.fusedrnn.stream.PoolCase.H;
import static io.github.fusedrnn.stream.PoolCase.alone;
import static io.github.fusedrnn.stream.PoolCase.failure;
import static io.github.fusedrnn.stream.PoolCase.get;
import static io.github.fusedrnn.stream.PoolCase.lstm;
import static io.github.fusedrnn.stream.PoolCase.x;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StreamPoolTest {
    @ParameterizedTest
    @EnumSource(Target.class)
    void aStreamHasTheSameBitsWhateverItIsBatchedWith(Target target) {
        target.require();
        Assumptions.assumeTrue(target.promisesBits(), "skipped: OpenBLAS sums in another order for another batch");
        int streams = 37;
        int steps = 6;
        for (String name : SmallLayers.names()) {
            var desc = SmallLayers.get(name);
            if (desc.directions() > 1 || desc.isReverse(0) || desc.inputSize() != 7) {
                continue;
            }
            double[] weights = new io.github.fusedrnn.testing.RandomCalls(5).weights(desc);
            Random random = new Random(9);
            float[][] x = new float[streams * steps][7];
            for (float[] row : x) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = random.nextFloat() * 2 - 1;
                }
            }
            try (RecurrentLayer layer = target.layer(desc, weights);
                    StreamPool pool = StreamPool.builder(layer)
                            .streams(streams)
                            .largestBatch(32)
                            .workers(1)
                            .build()) {
                List<CompletionStage<float[]>> answers = new ArrayList<>();
                for (int t = 0; t < steps; t++) {
                    for (int s = 0; s < streams; s++) {
                        answers.add(pool.submit(s, x[t * streams + s]));
                    }
                }
                for (int s = 0; s < streams; s++) {
                    try (RecurrentStream single = layer.stream()) {
                        float[] y = new float[desc.outputSize()];
                        for (int t = 0; t < steps; t++) {
                            single.step(x[t * streams + s], 0, y, 0);
                            assertThat(get(answers.get(t * streams + s)))
                                    .as("%s, stream %d, step %d", name, s, t)
                                    .isEqualTo(y);
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatWaitsTogetherRunsTogetherAndEachStreamInOrder() throws InterruptedException {
        List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        StreamMetrics metrics = new StreamMetrics() {
            @Override
            public void batch(int size, int queued, long nanos) {
                sizes.add(size);
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .largestBatch(8)
                        .metrics(metrics)
                        .build()) {
            Gate gate = Gate.hold(pool, C, H);
            List<CompletionStage<float[]>> answers = new ArrayList<>();
            for (int s = 0; s < 10; s++) {
                for (int t = 0; t <= s % 3; t++) {
                    answers.add(pool.submit(s, x(s, t)));
                }
            }
            assertThat(pool.queued()).isEqualTo(answers.size());
            gate.open();
            int at = 0;
            for (int s = 0; s < 10; s++) {
                float[][] expected = alone(layer, s, 3);
                for (int t = 0; t <= s % 3; t++) {
                    assertThat(get(answers.get(at++))).isEqualTo(expected[t]);
                }
            }
            // 10 streams wait; 8 run, then the other 2 with the 5 of those that want a second step, then 3 third steps,
            // of which 1 came in one batch earlier
            assertThat(sizes.get(0)).isEqualTo(1);
            assertThat(sizes.get(1)).isEqualTo(8);
            assertThat(sizes.stream().mapToInt(i -> i).sum()).isEqualTo(1 + answers.size());
            assertThat(sizes).hasSizeLessThanOrEqualTo(5);
            assertThat(pool.streams()).isEqualTo(11);
        }
    }

    @Test
    void aBatchBeginsWhenItIsFullHoweverLongItMightWait() {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .largestBatch(2)
                        .streams(2)
                        .longestWait(Duration.ofDays(365))
                        .build()) {
            CompletionStage<float[]> one = pool.submit(1, x(1, 0));
            CompletionStage<float[]> two = pool.submit(2, x(2, 0));
            assertThat(get(one)).isEqualTo(alone(layer, 1, 1)[0]);
            assertThat(get(two)).isEqualTo(alone(layer, 2, 1)[0]);
        }
    }

    @Test
    void resetsSnapshotsRestoresAndRemovesBetweenSteps() {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer).build();
                RecurrentStream single = layer.stream()) {
            float[][] expected = alone(layer, 1, 4);
            pool.submit(1, x(1, 0));
            pool.submit(1, x(1, 1));
            CompletionStage<byte[]> snapshot = pool.snapshot(1);
            CompletionStage<float[]> third = pool.submit(1, x(1, 2));
            assertThat(get(third)).isEqualTo(expected[2]);
            byte[] bytes = get(snapshot);
            single.restore(bytes);
            assertThat(single.steps()).isEqualTo(2);
            assertThat(single.snapshot()).isEqualTo(bytes);
            get(pool.restore(2, bytes));
            assertThat(get(pool.submit(2, x(1, 2)))).isEqualTo(expected[2]);
            assertThat(failure(pool.restore(2, new byte[100])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("snapshot: ");
            assertThat(get(pool.submit(2, x(1, 3)))).isEqualTo(expected[3]);
            pool.reset(1);
            assertThat(get(pool.submit(1, x(1, 0)))).isEqualTo(expected[0]);
            assertThat(pool.streams()).isEqualTo(2);
            get(pool.remove(1));
            get(pool.remove(3)); // one that never was
            assertThat(get(pool.submit(1, x(1, 0)))).isEqualTo(expected[0]);
        }
    }

    @Test
    void refusesWrongInputAtOnce() {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer).build()) {
            Gate callback = new Gate();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.submit(1, new float[4]))
                    .withMessage("x: 4 elements (expected: C = 3)");
            assertThatThrownBy(() -> pool.submit(1, new float[3], 1, new float[5], 0, callback))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("x: 3 elements, offset 1 (expected: room for 3 elements)");
            assertThatThrownBy(() -> pool.submit(1, new float[3], 0, new float[5], -1, callback))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("y: 5 elements, offset -1 (expected: room for 5 elements)");
            assertThat(pool.streams()).isZero();
        }
    }

    @Test
    void refusesInvalidOptions() {
        try (Lstm layer = lstm();
                Lstm both = Lstm.builder(C, H).bidirectional().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamPool.builder(layer).largestBatch(0).build())
                    .withMessage("largestBatch: 0 (expected: 1 to 4096)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamPool.builder(layer).streams(10).build())
                    .withMessage("streams: 10 (expected: at least largestBatch = 128 for each of 1 workers)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamPool.builder(layer)
                            .evictAfter(Duration.ofMillis(1))
                            .build())
                    .withMessage("evictAfter: PT0.001S (expected: a store to evict to)");
            assertThatThrownBy(() -> StreamPool.builder(both))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("which a stream has not seen yet");
        }
    }

    @Test
    void whatIsNoNumberStaysInItsStream() {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer).build()) {
            pool.submit(1, new float[] {Float.NaN, Float.POSITIVE_INFINITY, 0});
            CompletionStage<float[]> good = pool.submit(2, x(2, 0));
            CompletionStage<float[]> bad = pool.submit(1, x(1, 1));
            assertThat(get(good)).isEqualTo(alone(layer, 2, 1)[0]);
            assertThat(get(bad)[0]).isNaN();
            pool.reset(1);
            assertThat(get(pool.submit(1, x(1, 0)))).isEqualTo(alone(layer, 1, 1)[0]);
        }
    }

    @Test
    void aPoolOutlivesItsLayerWithFailures() {
        Lstm layer = lstm();
        StreamPool pool = StreamPool.builder(layer).build();
        get(pool.submit(1, x(1, 0)));
        layer.close();
        assertThat(failure(pool.submit(1, x(1, 1)))).hasMessage("the layer is closed");
        assertThat(failure(pool.submit(2, x(2, 0)))).hasMessage("the layer is closed");
        pool.close();
    }

    @Test
    void whatFailsOnTheBackendFailsForThoseInTheBatchAlone() throws InterruptedException {
        Target.CPU_PLAIN.require();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        StepCallback memoryIsBackAfterTheFirstBatch = new StepCallback() {
            @Override
            public void stepped(long streamId, long step, float[] y, int yOffset) {
                failures.add("none for stream " + streamId);
            }

            @Override
            public void failed(long streamId, Throwable cause) {
                System.clearProperty(MemoryLimit.PROPERTY);
                failures.add(streamId + ": " + cause.getMessage());
            }
        };
        try (Lstm layer = Target.CPU_PLAIN.on(Lstm.builder(C, H)).build();
                StreamPool pool = StreamPool.builder(layer).largestBatch(2).build()) {
            for (long stream = 1; stream <= 4; stream++) {
                get(pool.submit(stream, x(stream, 0)));
            }
            Gate gate = Gate.hold(pool, C, H);
            float[] y = new float[2 * H];
            pool.submit(1, x(1, 1), 0, y, 0, memoryIsBackAfterTheFirstBatch);
            pool.submit(2, x(2, 1), 0, y, H, memoryIsBackAfterTheFirstBatch);
            CompletionStage<float[]> third = pool.submit(3, x(3, 1));
            CompletionStage<float[]> fourth = pool.submit(4, x(4, 1));
            // the next batch has to pack the weights anew, for which there is no memory
            layer.weights().update(weights -> {});
            System.setProperty(MemoryLimit.PROPERTY, "1");
            gate.open();
            assertThat(get(third)).isEqualTo(alone(layer, 3, 2)[1]);
            assertThat(get(fourth)).isEqualTo(alone(layer, 4, 2)[1]);
            assertThat(failures).hasSize(2);
            assertThat(failures.get(0)).startsWith("1: ").contains("packed weights: asked for");
            assertThat(failures.get(1)).startsWith("2: ").contains("packed weights: asked for");
            for (long stream = 1; stream <= 2; stream++) { // the state is as it was
                assertThat(get(pool.submit(stream, x(stream, 1)))).isEqualTo(alone(layer, stream, 2)[1]);
            }
        } finally {
            System.clearProperty(MemoryLimit.PROPERTY);
        }
    }

    @Test
    void changedWeightsReachTheNextBatch() {
        try (Gru layer = Gru.builder(C, H).seed(1).build();
                Gru changed = Gru.builder(C, H).seed(2).build();
                StreamPool pool = StreamPool.builder(layer).build();
                RecurrentStream expected = changed.stream()) {
            get(pool.submit(1, x(1, 0)));
            layer.replaceWeights(changed.weights().toMap());
            expected.restore(get(pool.snapshot(1)));
            float[] y = new float[H];
            expected.step(x(1, 1), 0, y, 0);
            assertThat(get(pool.submit(1, x(1, 1)))).isEqualTo(y);
        }
    }

    @Test
    void givesEveryByteBack() {
        Target.CPU_PLAIN.require();
        try (Lstm layer = Target.CPU_PLAIN.on(Lstm.builder(C, H)).build()) {
            layer.stream().close();
            long before = Target.CPU_PLAIN.backend().liveBytes();
            try (StreamPool pool = StreamPool.builder(layer).workers(3).build()) {
                get(pool.submit(1, x(1, 0)));
            }
            assertThat(Target.CPU_PLAIN.backend().liveBytes()).isEqualTo(before);
        }
    }

    @Test
    void stepsWithACallbackMakeNoGarbageOnEitherSide() {
        Target.CPU_PLAIN.require();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Lstm layer = Target.CPU_PLAIN.on(Lstm.builder(C, H)).build();
                StreamPool pool =
                        StreamPool.builder(layer).longestWait(Duration.ZERO).build()) {
            Counter counter = new Counter();
            float[] x = new float[C];
            float[] y = new float[4 * H];
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) {
                long mine = Thread.currentThread().getId();
                long before = threads.getThreadAllocatedBytes(mine);
                long overhead = threads.getThreadAllocatedBytes(mine) - before;
                before = threads.getThreadAllocatedBytes(mine) + workersBytes(threads, counter);
                for (int i = 0; i < 1000; i++) {
                    counter.answers = 0;
                    for (int s = 0; s < 4; s++) {
                        pool.submit(s, x, 0, y, s * H, counter);
                    }
                    while (counter.answers < 4) {
                        Thread.onSpinWait();
                    }
                }
                long after = threads.getThreadAllocatedBytes(mine) + workersBytes(threads, counter);
                if (round >= 4) { // until then the code is being compiled, and the views are made
                    least = Math.min(least, after - before - 2 * overhead);
                }
            }
            assertThat(least).as("bytes on the Java heap in 4000 steps").isLessThanOrEqualTo(0);
        }
    }

    private static long workersBytes(ThreadMXBean threads, Counter counter) {
        return counter.worker == 0 ? 0 : threads.getThreadAllocatedBytes(counter.worker);
    }

    private static final class Counter implements StepCallback {
        volatile int answers;
        volatile long worker;

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one worker counts
        public void stepped(long streamId, long step, float[] y, int yOffset) {
            worker = Thread.currentThread().getId();
            answers++;
        }

        @Override
        public void failed(long streamId, Throwable cause) {
            throw new AssertionError(cause);
        }
    }
}
