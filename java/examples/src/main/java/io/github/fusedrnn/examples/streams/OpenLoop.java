package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.stream.StepCallback;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A load that does not wait for its answers: requests of random streams arrive at random moments (a Poisson process), whether the server keeps up
 * or not. A request's latency counts from the moment at which it should have arrived, so that a server which delays the load generator, too, gains
 * nothing (no coordinated omission).
 */
final class OpenLoop {
    /** Shorter pauses are spun through: a parked thread wakes up about this much late. */
    private static final long SHORT_PAUSE = 60_000;

    private final int streams;
    private final double rate;
    private final int inputSize;
    private final int outputSize;
    private final SplittableRandom random;

    OpenLoop(int streams, double rate, int inputSize, int outputSize, long seed) {
        this.streams = streams;
        this.rate = rate;
        this.inputSize = inputSize;
        this.outputSize = outputSize;
        this.random = new SplittableRandom(seed);
    }

    /**
     * The result of a load.
     *
     * @param latencies nanoseconds of the answered requests
     * @param seconds from the first request to the last answer
     * @param rejected requests that were refused since the queue was full
     */
    record Outcome(Histogram latencies, double seconds, long rejected) {
        double perSecond() {
            return latencies.getTotalCount() / seconds;
        }
    }

    /** Loads a server for so long, and waits for the answers. */
    Outcome run(StepServer server, double seconds) {
        Histogram latencies = new ConcurrentHistogram(3);
        AtomicLong open = new AtomicLong();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        float[] x = new float[inputSize];
        long rejected = 0;
        long begin = System.nanoTime();
        double intended = 0;
        double end = seconds * TimeUnit.SECONDS.toNanos(1);
        while (true) {
            intended += -Math.log(1 - random.nextDouble()) / rate * TimeUnit.SECONDS.toNanos(1);
            if (intended >= end) {
                break;
            }
            long due = begin + (long) intended;
            waitUntil(due);
            for (int i = 0; i < inputSize; i++) {
                x[i] = (float) random.nextDouble() - 0.5f;
            }
            open.incrementAndGet();
            Arrival arrival = new Arrival(due, latencies, open, failure);
            if (!server.submit(random.nextInt(streams), x, new float[outputSize], arrival)) {
                open.decrementAndGet();
                rejected++;
            }
        }
        while (open.get() > 0) {
            LockSupport.parkNanos(SHORT_PAUSE);
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a step failed: " + failed.getMessage(), failed);
        }
        return new Outcome(latencies, (System.nanoTime() - begin) / 1e9, rejected);
    }

    private static void waitUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (left > SHORT_PAUSE) {
                LockSupport.parkNanos(left - SHORT_PAUSE);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private record Arrival(long due, Histogram latencies, AtomicLong open, AtomicReference<@Nullable Throwable> failure)
            implements StepCallback {
        @Override
        public void stepped(long streamId, long step, float[] y, int yOffset) {
            latencies.recordValue(Math.max(0, System.nanoTime() - due));
            open.decrementAndGet();
        }

        @Override
        public void failed(long streamId, Throwable cause) {
            failure.compareAndSet(null, cause);
            open.decrementAndGet();
        }
    }
}
