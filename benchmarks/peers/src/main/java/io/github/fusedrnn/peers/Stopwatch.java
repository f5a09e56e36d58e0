package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.race.Contender;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/** Times one contender on one case. */
final class Stopwatch {
    /** Calls are timed in batches of about this long: the clock costs 25 ns, a step may take less than 1 µs. */
    private static final long BATCH_NANOS = 500_000;

    /** Of a lap: the median of two calls of 25 ms would be their mean. */
    private static final int FEWEST_BATCHES = 3;

    /** Above this, in nanoseconds, no latency is told apart. */
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private final Contender contender;
    private final Histogram latency = new Histogram(LONGEST_NANOS, 3);
    private int callsInBatch = 1;

    Stopwatch(Contender contender) {
        this.contender = contender;
    }

    /** Runs for a while, at least twice, and finds how many calls make a batch. Returns nanoseconds per call. */
    double warmUp(double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double perCall;
        int calls = 1;
        contender.run();
        do {
            perCall = (double) batch(calls) / calls;
            callsInBatch = (int) Math.max(1, Math.min(1_000_000, BATCH_NANOS / Math.max(1, perCall)));
            calls = callsInBatch;
        } while (System.nanoTime() < end);
        return perCall;
    }

    /** Runs for a while, at least {@link #FEWEST_BATCHES}; the median of the batches, in nanoseconds per call. */
    double lap(double seconds) throws Exception {
        long length = (long) (seconds * 1e9);
        // Caches, clocks and parked helpers come back first: a second thread may share its caller's core for some milliseconds after
        // the process was continued.
        long ready = System.nanoTime() + length / 10;
        do {
            batch(callsInBatch);
        } while (System.nanoTime() < ready);
        double[] batches = new double[64];
        int count = 0;
        long end = System.nanoTime() + length;
        do {
            if (count == batches.length) {
                batches = Arrays.copyOf(batches, 2 * count);
            }
            batches[count++] = (double) batch(callsInBatch) / callsInBatch;
        } while (count < FEWEST_BATCHES || System.nanoTime() < end);
        return Statistics.median(Arrays.copyOf(batches, count));
    }

    /** Runs for a while and records how long each single call took. */
    void latencyLap(double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long before = System.nanoTime();
        while (before < end) {
            contender.run();
            long after = System.nanoTime();
            latency.recordValue(Math.min(after - before, LONGEST_NANOS));
            before = after;
        }
    }

    /** Of all that {@link #latencyLap} recorded. */
    Latency latency() {
        return new Latency(
                latency.getTotalCount(),
                latency.getValueAtPercentile(50) / 1e3,
                latency.getValueAtPercentile(99) / 1e3,
                latency.getValueAtPercentile(99.9) / 1e3);
    }

    private long batch(int calls) throws Exception {
        long before = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            contender.run();
        }
        return System.nanoTime() - before;
    }
}
