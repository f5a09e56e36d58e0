package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentStream;
import io.github.fusedrnn.internal.natives.MemoryLimit;
import io.github.fusedrnn.testing.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Several submitters against pools of random options: streams join, leave, start anew, go back to a snapshot, are evicted to a store that sometimes
 * fails; weights are packed anew, for which there is no memory at times, so that batches fail; and the pool closes under them one way or the other. Each answer is compared with a stream of its own that takes the same steps, and has to be the next one
 * of its stream: a lost, doubled or swapped answer fails. {@code -Dfusedrnn.stress.steps} sets how many steps.
 */
class StreamPoolStressTest {
    private static final long STEPS = Long.getLong("fusedrnn.stress.steps", 200_000);
    private static final long STEPS_OF_ROUND = 20_000;
    private static final int C = 2;
    private static final int H = 3;
    private static final int SUBMITTERS = 3;
    private static final int STREAMS_OF_SUBMITTER = 40;

    private final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
    private final AtomicLong right = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong restored = new AtomicLong();
    private final AtomicLong starved = new AtomicLong();

    @Test
    void noAnswerIsLostDoubledOrSwapped() throws InterruptedException {
        Target.CPU_PLAIN.require();
        // the streams to compare with have a layer of their own, with the same weights, which nobody disturbs
        try (Lstm layer = Target.CPU_PLAIN.on(Lstm.builder(C, H).seed(1)).build();
                Lstm pooled = Target.CPU_PLAIN.on(Lstm.builder(C, H).seed(1)).build()) {
            pooled.replaceWeights(layer.weights().toMap());
            List<Oracle> oracles = new ArrayList<>();
            for (int s = 0; s < SUBMITTERS * STREAMS_OF_SUBMITTER; s++) {
                oracles.add(new Oracle(s, layer.stream()));
            }
            for (long round = 0; right.get() < STEPS; round++) {
                round(pooled, oracles, new SplittableRandom(round));
                Throwable found = wrong.get();
                if (found != null) {
                    throw new AssertionError("round " + round, found);
                }
                long r = round;
                oracles.forEach(oracle -> assertThat(oracle.answered)
                        .as("answers of stream %d, round %d", oracle.id, r)
                        .isEqualTo(oracle.submitted));
            }
            oracles.forEach(oracle -> oracle.single.close());
        } finally {
            System.clearProperty(MemoryLimit.PROPERTY);
        }
        assertThat(restored.get()).as("snapshots restored").isPositive();
        assertThat(starved.get()).as("requests of batches without memory").isPositive();
        System.out.println("stream pool stress: " + right + " steps right, " + failed
                + " failed as they should, none lost or swapped");
    }

    private void round(Lstm layer, List<Oracle> oracles, SplittableRandom random) throws InterruptedException {
        boolean withStore = random.nextBoolean();
        boolean closesEarly = random.nextInt(4) == 0;
        Flaky store = new Flaky(random.split());
        StreamPoolBuilder builder = StreamPool.builder(layer)
                .workers(1 + random.nextInt(3))
                .largestBatch(1 + random.nextInt(30))
                .longestWait(Duration.ofNanos(random.nextInt(3) * 100_000L))
                .queue(1 + random.nextInt(300))
                .waitForRoom(Duration.ofMillis(random.nextInt(2) * 100L))
                .streams(withStore ? 40 + random.nextInt(60) : SUBMITTERS * STREAMS_OF_SUBMITTER * 2);
        if (withStore) {
            builder.store(store);
            if (random.nextBoolean()) {
                builder.evictAfter(Duration.ofNanos(1 + random.nextInt(1_000_000)));
            }
        }
        oracles.forEach(Oracle::begin);
        StreamPool pool = builder.build();
        List<Thread> submitters = new ArrayList<>();
        for (int i = 0; i < SUBMITTERS; i++) {
            List<Oracle> mine = oracles.subList(i * STREAMS_OF_SUBMITTER, (i + 1) * STREAMS_OF_SUBMITTER);
            SplittableRandom own = random.split();
            submitters.add(new Thread(() -> submit(pool, layer, mine, own)));
        }
        submitters.forEach(Thread::start);
        if (closesEarly) {
            long until = right.get() + random.nextInt((int) STEPS_OF_ROUND / 2);
            while (right.get() < until && submitters.stream().anyMatch(Thread::isAlive)) {
                Thread.onSpinWait();
            }
        } else {
            for (Thread submitter : submitters) {
                submitter.join();
            }
        }
        if (random.nextBoolean()) {
            pool.closeNow();
        } else {
            pool.close();
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        System.clearProperty(MemoryLimit.PROPERTY);
    }

    private void submit(StreamPool pool, Lstm layer, List<Oracle> streams, SplittableRandom random) {
        try {
            for (long i = 0; i < STEPS_OF_ROUND / SUBMITTERS; i++) {
                Oracle stream = streams.get(random.nextInt(streams.size()));
                int dice = random.nextInt(100);
                try {
                    if (dice == 0) {
                        stream.command(number -> pool.remove(stream.id)
                                .whenComplete((done, e) -> commandAnswered(stream, number, stream.single::reset, e)));
                    } else if (dice == 1) {
                        stream.command(number -> pool.reset(stream.id)
                                .whenComplete((done, e) -> commandAnswered(stream, number, stream.single::reset, e)));
                    } else if (dice == 3) {
                        stream.command(number -> pool.snapshot(stream.id)
                                .whenComplete((bytes, e) ->
                                        commandAnswered(stream, number, () -> stream.checkSnapshot(bytes), e)));
                    } else if (dice == 4) {
                        byte[] snapshot = stream.snapshot;
                        stream.command(number -> pool.restore(stream.id, snapshot)
                                .whenComplete((done, e) -> commandAnswered(
                                        stream,
                                        number,
                                        () -> {
                                            stream.single.restore(snapshot);
                                            restored.incrementAndGet();
                                        },
                                        e)));
                    } else if (dice == 5 && random.nextInt(10) == 0) {
                        packAnew(layer, random.nextBoolean());
                    } else if (dice == 6) {
                        System.clearProperty(MemoryLimit.PROPERTY);
                    } else if (dice == 2) {
                        badInput(pool, stream.id);
                    } else if (dice < 40) {
                        stream.command(number -> pool.submit(stream.id, x(stream.id, number))
                                .whenComplete((y, e) -> stepAnswered(stream, number, y, 0, e)));
                    } else {
                        stream.command(number -> {
                            Step step = new Step(stream, number);
                            pool.submit(stream.id, step.x, 1, step.y, 2, step);
                        });
                    }
                } catch (StreamPoolFullException e) {
                    Thread.onSpinWait();
                }
            }
        } catch (StreamPoolClosedException e) {
            // the end of this round
        } catch (Throwable e) {
            wrong.compareAndSet(null, e);
        }
    }

    private static void badInput(StreamPool pool, long id) {
        try {
            pool.submit(id, new float[C + 1]);
            throw new AssertionError("wrong input was taken");
        } catch (IllegalArgumentException e) {
            // refused, and nobody else noticed
        }
    }

    /** The same weights, but the next batch has to pack them, for which there is no memory if {@code starve}. */
    private static void packAnew(Lstm layer, boolean starve) {
        if (starve) {
            System.setProperty(MemoryLimit.PROPERTY, "1");
        }
        layer.weights().update(weights -> {});
    }

    private static float[] x(long id, long number) {
        SplittableRandom random = new SplittableRandom(id * 1_000_000_007 + number);
        return new float[] {(float) random.nextDouble() - 0.5f, (float) random.nextDouble() - 0.5f};
    }

    private void commandAnswered(Oracle stream, long number, Runnable same, @Nullable Throwable failure) {
        try {
            stream.next(number);
            if (failure == null) {
                same.run();
            } else {
                checkFailure(failure);
            }
        } catch (Throwable e) {
            wrong.compareAndSet(null, e);
        }
    }

    private void stepAnswered(Oracle stream, long number, float[] y, int offset, @Nullable Throwable failure) {
        try {
            stream.next(number);
            if (failure != null) {
                checkFailure(failure);
                return;
            }
            stream.single.step(x(stream.id, number), 0, stream.y, 0);
            for (int i = 0; i < H; i++) {
                if (y[offset + i] != stream.y[i]) {
                    throw new AssertionError("stream " + stream.id + ", request " + number + ", unit " + i + ": "
                            + y[offset + i] + " (expected: " + stream.y[i] + ")");
                }
            }
            right.incrementAndGet();
        } catch (Throwable e) {
            wrong.compareAndSet(null, e);
        }
    }

    private void checkFailure(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        if (message.contains("packed weights: asked for")) {
            starved.incrementAndGet();
        } else if (!(failure instanceof StreamPoolClosedException)
                && !message.equals(Flaky.MESSAGE)
                && !(cause != null && Flaky.MESSAGE.equals(cause.getMessage()))) {
            throw new AssertionError("an unexpected failure", failure);
        }
        failed.incrementAndGet();
    }

    /** A stream, and one on its own that takes the same steps. Submitted by one thread, answered by one worker. */
    private static final class Oracle {
        final long id;
        final RecurrentStream single;
        final float[] y = new float[H];
        volatile long submitted;
        volatile long answered;
        volatile byte[] snapshot;

        Oracle(long id, RecurrentStream single) {
            this.id = id;
            this.single = single;
            snapshot = single.snapshot();
        }

        void checkSnapshot(byte[] bytes) {
            assertThat(bytes).as("snapshot of stream %d", id).isEqualTo(single.snapshot());
            snapshot = bytes;
        }

        void begin() {
            single.reset();
            submitted = 0;
            answered = 0;
        }

        /** Submits the next request; one that was refused does not count. */
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread submits
        void command(java.util.function.LongConsumer submit) {
            submit.accept(submitted);
            submitted++;
        }

        @SuppressWarnings("NonAtomicOperationOnVolatileField") // one worker answers
        void next(long number) {
            if (number != answered) {
                throw new AssertionError("stream " + id + ": answer " + number + " (expected: " + answered + ")");
            }
            answered++;
        }
    }

    private final class Step implements StepCallback {
        final Oracle stream;
        final long number;
        final float[] x = new float[C + 1];
        final float[] y = new float[H + 2];

        Step(Oracle stream, long number) {
            this.stream = stream;
            this.number = number;
            System.arraycopy(x(stream.id, number), 0, x, 1, C);
        }

        @Override
        public void stepped(long streamId, long step, float[] output, int yOffset) {
            if (streamId != stream.id || output != y || yOffset != 2) {
                wrong.compareAndSet(null, new AssertionError("stream " + stream.id + " got an answer of " + streamId));
            }
            stepAnswered(stream, number, output, yOffset, null);
            if (step != stream.single.steps()) {
                wrong.compareAndSet(
                        null,
                        new AssertionError("stream " + stream.id + ": step " + step + " (expected: "
                                + stream.single.steps() + ")"));
            }
        }

        @Override
        public void failed(long streamId, Throwable cause) {
            stepAnswered(stream, number, y, 2, cause);
        }
    }

    /** A store that now and then does not work. */
    private static final class Flaky extends MapStore {
        static final String MESSAGE = "the store does not work just now";

        private final SplittableRandom random;

        Flaky(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public void save(long streamId, byte[] snapshot) {
            stumble();
            super.save(streamId, snapshot);
        }

        @Override
        public byte @Nullable [] load(long streamId) {
            stumble();
            return super.load(streamId);
        }

        @Override
        public void remove(long streamId) {
            stumble();
            super.remove(streamId);
        }

        private synchronized void stumble() {
            if (random.nextInt(50) == 0) {
                throw new IllegalStateException(MESSAGE);
            }
        }
    }
}
