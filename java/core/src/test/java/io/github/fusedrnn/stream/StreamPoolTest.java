package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.testing.SmallLayers;
import io.github.fusedrnn.testing.Target;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StreamPoolTest {
    private static final int C = 3;
    private static final int H = 5;

    private static Lstm lstm() {
        return Lstm.builder(C, H).seed(1).build();
    }

    private static float[] x(long stream, long step) {
        Random random = new Random(stream * 1_000_003 + step);
        float[] x = new float[C];
        for (int i = 0; i < C; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
        return x;
    }

    /** Outputs of a stream on its own. */
    private static float[][] alone(RecurrentLayer layer, long stream, int steps) {
        float[][] y = new float[steps][layer.desc().outputSize()];
        try (RecurrentStream single = layer.stream()) {
            for (int t = 0; t < steps; t++) {
                single.step(x(stream, t), 0, y[t], 0);
            }
        }
        return y;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Throwable failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            return e.getCause();
        }
        throw new AssertionError("the stage did not fail");
    }

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
            // 10 streams wait; 8 run, then the other 2 with the 5 of those that want a second step, then 3 third steps
            // of
            // which 1 came in one batch earlier
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
    void refusesKnobsThatMakeNoSense() {
        try (Lstm layer = lstm();
                Lstm both = Lstm.builder(C, H).bidirectional().build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamPool.builder(layer).largestBatch(0).build())
                    .withMessage("largestBatch: 0 (expected: 1 to 4096)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> StreamPool.builder(layer).streams(10).build())
                    .withMessage("streams: 10 (expected: at least largestBatch = 64 for each of 1 workers)");
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
    void refusesWhatTheQueueHasNoRoomFor() throws InterruptedException {
        int[] rejected = new int[1];
        StreamMetrics metrics = new StreamMetrics() {
            @Override
            public void rejected() {
                rejected[0]++;
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool =
                        StreamPool.builder(layer).queue(3).metrics(metrics).build()) {
            Gate gate = Gate.hold(pool, C, H);
            List<CompletionStage<float[]>> accepted = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                accepted.add(pool.submit(7, x(7, t)));
            }
            assertThatThrownBy(() -> pool.submit(7, x(7, 3)))
                    .isInstanceOf(StreamPoolFullException.class)
                    .hasMessageStartingWith("queue: full, 3 requests wait (expected: fewer than 3;");
            gate.open();
            float[][] expected = alone(layer, 7, 4);
            for (int t = 0; t < 3; t++) {
                assertThat(get(accepted.get(t))).isEqualTo(expected[t]);
            }
            assertThat(get(pool.submit(7, x(7, 3)))).isEqualTo(expected[3]);
            assertThat(rejected[0]).isEqualTo(1);
        }
    }

    @Test
    void refusesMoreStreamsThanThereIsRoomFor() {
        try (Lstm layer = lstm();
                StreamPool pool =
                        StreamPool.builder(layer).streams(2).largestBatch(2).build()) {
            get(pool.submit(1, x(1, 0)));
            get(pool.submit(2, x(2, 0)));
            assertThatThrownBy(() -> pool.submit(3, x(3, 0)))
                    .isInstanceOf(StreamPoolFullException.class)
                    .hasMessageStartingWith("streams: 2 are open (expected: fewer;");
            get(pool.remove(1));
            assertThat(pool.streams()).isLessThanOrEqualTo(2);
            get(pool.submit(2, x(2, 1))); // the batch after the one that removed: its bookkeeping is done
            assertThat(get(pool.submit(3, x(3, 0)))).isEqualTo(alone(layer, 3, 1)[0]);
        }
    }

    @Test
    void waitsForRoomForAsLongAsAllowed() throws Exception {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .queue(1)
                        .waitForRoom(Duration.ofMinutes(10))
                        .build();
                StreamPool impatient = StreamPool.builder(layer)
                        .queue(1)
                        .waitForRoom(Duration.ofMillis(20))
                        .build()) {
            Gate gate = Gate.hold(pool, C, H);
            pool.submit(1, x(1, 0));
            AtomicReference<CompletionStage<float[]>> second = new AtomicReference<>();
            Thread waiting = new Thread(() -> second.set(pool.submit(1, x(1, 1))));
            waiting.start();
            awaitTimedWaiting(waiting);
            gate.open();
            waiting.join();
            assertThat(get(second.get())).isEqualTo(alone(layer, 1, 2)[1]);

            Gate other = Gate.hold(impatient, C, H);
            impatient.submit(1, x(1, 0));
            assertThatThrownBy(() -> impatient.submit(1, x(1, 1)))
                    .isInstanceOf(StreamPoolFullException.class)
                    .hasMessageStartingWith("queue: full, 1 requests wait for 20 ms");
            other.open();
        }
    }

    private static void awaitTimedWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void anInterruptedSubmitterSubmitsNothing() throws InterruptedException {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .queue(1)
                        .waitForRoom(Duration.ofMinutes(10))
                        .build()) {
            Gate gate = Gate.hold(pool, C, H);
            CompletionStage<float[]> first = pool.submit(1, x(1, 0));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            boolean[] interrupted = new boolean[1];
            Thread waiting = new Thread(() -> {
                try {
                    pool.submit(1, x(1, 1));
                } catch (StreamPoolFullException e) {
                    thrown.set(e);
                    interrupted[0] = Thread.currentThread().isInterrupted();
                }
            });
            waiting.start();
            awaitTimedWaiting(waiting);
            waiting.interrupt();
            waiting.join();
            assertThat(thrown.get()).hasMessageContaining("the thread that waited for room was interrupted");
            assertThat(interrupted[0]).isTrue();
            gate.open();
            assertThat(get(first)).isEqualTo(alone(layer, 1, 1)[0]);
            assertThat(get(pool.submit(1, x(1, 1)))).isEqualTo(alone(layer, 1, 2)[1]);
        }
    }

    @Test
    void closeAnswersWhatWaitsAndCloseNowFailsIt() throws InterruptedException {
        for (boolean now : new boolean[] {false, true}) {
            try (Lstm layer = lstm()) {
                StreamPool pool = StreamPool.builder(layer)
                        .queue(20)
                        .waitForRoom(Duration.ofMinutes(10))
                        .build();
                Gate gate = Gate.hold(pool, C, H);
                List<CompletionStage<float[]>> waiting = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    waiting.add(pool.submit(i % 4, x(i % 4, i / 4)));
                }
                AtomicReference<Throwable> refused = new AtomicReference<>();
                Thread blocked = new Thread(() -> {
                    try {
                        pool.submit(1, x(1, 9));
                    } catch (StreamPoolClosedException e) {
                        refused.set(e);
                    }
                });
                blocked.start();
                awaitTimedWaiting(blocked);
                Thread closing = new Thread(now ? pool::closeNow : pool::close);
                closing.start();
                blocked.join();
                assertThat(refused.get()).hasMessage("the stream pool is closed");
                gate.open();
                closing.join();
                for (int i = 0; i < 20; i++) {
                    CompletableFuture<float[]> answer = waiting.get(i).toCompletableFuture();
                    assertThat(answer).isDone();
                    if (now) {
                        assertThat(failure(answer))
                                .isInstanceOf(StreamPoolClosedException.class)
                                .hasMessage("the stream pool was closed before it came to this request");
                    } else {
                        assertThat(answer.join()).isEqualTo(alone(layer, i % 4, 5)[i / 4]);
                    }
                }
                assertThatThrownBy(() -> pool.submit(1, x(1, 0))).isInstanceOf(StreamPoolClosedException.class);
                pool.close();
            }
        }
    }

    @Test
    void aCallbackMaySubmitCloseAndThrow() throws Exception {
        try (Lstm layer = lstm()) {
            StreamPool pool = StreamPool.builder(layer).queue(4).build();
            AtomicReference<Throwable> uncaught = new AtomicReference<>();
            CountDownLatch answered = new CountDownLatch(3);
            Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
            Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.set(e));
            try {
                pool.submit(1, x(1, 0), 0, new float[H], 0, new StepCallback() {
                    @Override
                    public void stepped(long streamId, long step, float[] y, int yOffset) {
                        assertThat(step).isEqualTo(4 - answered.getCount());
                        answered.countDown();
                        if (answered.getCount() == 0) {
                            pool.close();
                        } else {
                            pool.submit(1, x(1, step), 0, y, 0, this);
                        }
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("thrown by a callback");
                    }

                    @Override
                    public void failed(long streamId, Throwable cause) {
                        throw new AssertionError(cause);
                    }
                });
                answered.await();
                pool.close();
            } finally {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
            assertThat(uncaught.get()).hasMessage("thrown by a callback");
        }
    }

    @Test
    void whatFailsOnTheBackendFailsForThoseInTheBatchAlone() {
        Lstm layer = lstm();
        StreamPool pool = StreamPool.builder(layer).build();
        get(pool.submit(1, x(1, 0)));
        layer.close();
        assertThat(failure(pool.submit(1, x(1, 1)))).hasMessage("the layer is closed");
        assertThat(failure(pool.submit(2, x(2, 0)))).hasMessage("the layer is closed");
        pool.close();
    }

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
