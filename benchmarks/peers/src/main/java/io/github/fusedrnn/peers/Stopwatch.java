package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.LibraryCase;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/** Times a library on one case. */
final class Stopwatch {
    /** Length of the batches in which calls are timed: reading the clock costs 25 ns, and a step may take less than 1 µs. */
    private static final long BATCH_NANOS = 500_000;

    /** Minimum number of batches of an iteration: the median of two would be their mean. */
    private static final int MIN_BATCHES = 3;

    /** Longer latencies, in nanoseconds, are recorded as this one. */
    private static final long MAX_LATENCY_NANOS = 10_000_000_000L;

    private final LibraryCase libraryCase;
    private final Histogram latency = new Histogram(MAX_LATENCY_NANOS, 3);
    private int callsInBatch = 1;

    Stopwatch(LibraryCase libraryCase) {
        this.libraryCase = libraryCase;
    }

    /** Runs for some time, at least two calls, and determines the number of calls of a batch. Returns nanoseconds per call. */
    double warmUp(double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double perCall;
        int calls = 1;
        libraryCase.run();
        do {
            perCall = (double) batch(calls) / calls;
            callsInBatch = (int) Math.max(1, Math.min(1_000_000, BATCH_NANOS / Math.max(1, perCall)));
            calls = callsInBatch;
        } while (System.nanoTime() < end);
        return perCall;
    }

    /** Runs for some time, at least {@link #MIN_BATCHES} batches; returns their median in nanoseconds per call. */
    double iteration(double seconds) throws Exception {
        long length = (long) (seconds * 1e9);
        // Untimed calls first, to bring back caches, clock rates and parked threads: a second thread may share its
        // caller's core for some
        // milliseconds after the process was resumed.
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
        } while (count < MIN_BATCHES || System.nanoTime() < end);
        return Statistics.median(Arrays.copyOf(batches, count));
    }

    /** Runs for some time and records the latency of every call. */
    void latencyIteration(double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long before = System.nanoTime();
        while (before < end) {
            libraryCase.run();
            long after = System.nanoTime();
            latency.recordValue(Math.min(after - before, MAX_LATENCY_NANOS));
            before = after;
        }
    }

    /** The percentiles of all latencies that {@link #latencyIteration} recorded. */
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
            libraryCase.run();
        }
        return System.nanoTime() - before;
    }
}
