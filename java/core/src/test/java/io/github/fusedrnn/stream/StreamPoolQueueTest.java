package io.github.fusedrnn.stream;

import static io.github.fusedrnn.stream.PoolCase.C;
import static io.github.fusedrnn.stream.PoolCase.H;
import static io.github.fusedrnn.stream.PoolCase.alone;
import static io.github.fusedrnn.stream.PoolCase.failure;
import static io.github.fusedrnn.stream.PoolCase.get;
import static io.github.fusedrnn.stream.PoolCase.lstm;
import static io.github.fusedrnn.stream.PoolCase.x;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.testing.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Room, waiting for it, and the end. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StreamPoolQueueTest {
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
                    .hasMessageStartingWith("queue: full, 3 requests waiting (expected: fewer than 3;");
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
    void aFullQueueBeginsABatchHoweverLongItMightWait() throws InterruptedException {
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .queue(2)
                        .largestBatch(4)
                        .longestWait(Duration.ofDays(365))
                        .build()) {
            CompletionStage<float[]> one = pool.submit(1, x(1, 0));
            CompletionStage<float[]> two = pool.submit(2, x(2, 0)); // wakes the worker
            assertThat(get(one)).isEqualTo(alone(layer, 1, 1)[0]);
            assertThat(get(two)).isEqualTo(alone(layer, 2, 1)[0]);
            Gate gate = new Gate();
            pool.submit(3, x(3, 0), 0, new float[H], 0, gate);
            pool.submit(4, x(4, 0));
            gate.awaitReached();
            one = pool.submit(1, x(1, 1));
            two = pool.submit(2, x(2, 1)); // while the worker is busy, which finds the queue full
            gate.open();
            assertThat(get(one)).isEqualTo(alone(layer, 1, 2)[1]);
            assertThat(get(two)).isEqualTo(alone(layer, 2, 2)[1]);
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
                    .hasMessageStartingWith("streams: 2 open (expected: fewer;");
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
                    .hasMessageStartingWith(
                            "queue: full, 1 requests waiting, no room after 20 ms (expected: fewer than 1;");
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
            assertThat(thrown.get()).hasMessageContaining("interrupted while waiting for room");
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
                                .hasMessage("the stream pool was closed before it processed this request");
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
    void aDefectInAWorkerLosesNobodySilently() throws InterruptedException {
        int[] batches = new int[1];
        StreamMetrics metrics = new StreamMetrics() {
            @Override
            public void batch(int size, int queued, long nanos) {
                if (++batches[0] == 2) {
                    throw new IllegalStateException("metrics must not throw, and do");
                }
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer)
                        .largestBatch(4)
                        .metrics(metrics)
                        .build()) {
            Gate gate = Gate.hold(pool, C, H);
            List<CompletionStage<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(pool.submit(i % 10, x(i % 10, i / 10)));
            }
            gate.open();
            for (CompletionStage<float[]> answer : answers) {
                assertThat(failure(answer)).hasMessage("metrics must not throw, and do");
            }
            assertThatThrownBy(() -> pool.submit(1, x(1, 0))).isInstanceOf(StreamPoolClosedException.class);
        }
    }

    @Test
    void aDefectInOneWorkerClosesThePoolAndSaysWhy() {
        StreamMetrics metrics = new StreamMetrics() {
            @Override
            public void step(long waitNanos, long totalNanos) {
                throw new IllegalStateException("metrics must not throw, and do");
            }
        };
        try (Lstm layer = lstm();
                StreamPool pool =
                        StreamPool.builder(layer).workers(3).metrics(metrics).build()) {
            assertThat(failure(pool.submit(1, x(1, 0)))).hasMessage("metrics must not throw, and do");
            for (long stream = 0; stream < 20; stream++) { // of every worker
                float[] x = x(stream, 0);
                long id = stream;
                assertThatThrownBy(() -> pool.submit(id, x))
                        .isInstanceOf(StreamPoolClosedException.class)
                        .hasMessage("the stream pool closed itself because a worker failed")
                        .hasRootCauseMessage("metrics must not throw, and do");
            }
        }
    }

    @Test
    void aPoolWhoseThreadsCannotStartGivesEveryByteBack() {
        Target.CPU_PLAIN.require();
        try (Lstm layer = Target.CPU_PLAIN.on(Lstm.builder(C, H)).build()) {
            layer.stream().close();
            long before = Target.CPU_PLAIN.backend().liveBytes();
            PoolSettings settings =
                    new PoolSettings(layer, 3, 100, 8, 0, 100, 0, null, Long.MAX_VALUE, StreamMetrics.NONE);
            assertThatThrownBy(() -> new StreamPool(settings, Unstartable::new)).hasMessage("no thread left");
            assertThat(Target.CPU_PLAIN.backend().liveBytes()).isEqualTo(before);
        }
    }

    /** The second thread of a pool does not start. */
    private static final class Unstartable extends WorkerThread {
        Unstartable(Runnable worker, String name) {
            super(worker, name);
        }

        @Override
        public synchronized void start() {
            if (getName().endsWith("-1")) {
                throw new OutOfMemoryError("no thread left");
            }
            super.start();
        }
    }

    @Test
    void aHandlerOfUncaughtExceptionsThatThrowsChangesNothing() {
        List<String> answers = Collections.synchronizedList(new ArrayList<>());
        StepCallback rude = new StepCallback() {
            @Override
            public void stepped(long streamId, long step, float[] y, int yOffset) {
                answers.add("step " + step);
                throw new IllegalStateException("thrown by a callback");
            }

            @Override
            public void failed(long streamId, Throwable cause) {
                answers.add("failed");
            }
        };
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            throw new IllegalStateException("thrown by the handler");
        });
        try (Lstm layer = lstm();
                StreamPool pool = StreamPool.builder(layer).build()) {
            pool.submit(1, x(1, 0), 0, new float[H], 0, rude);
            assertThat(get(pool.submit(1, x(1, 1)))).isEqualTo(alone(layer, 1, 2)[1]);
            assertThat(answers).containsExactly("step 1");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
