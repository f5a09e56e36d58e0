package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.BackendKind;
import java.util.Locale;
import org.openjdk.jmh.util.ListStatistics;

/**
 * Prints steps per second of many streams of an LSTM with C = H: one by one, through a pool, and in bare batches of the kernel, all on the same number
 * of threads, measured in turn; the median of the rounds with the smallest and the largest value.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar io.github.fusedrnn.benchmarks.PoolTable HIDDEN THREADS [STREAMS] [BATCH] [ROUNDS]}
 */
public final class PoolTable {
    private static final double WARM_UP = 1.5;
    private static final double ROUND = 1.5;

    private PoolTable() {}

    /** Measures the three loads. */
    public static void main(String[] args) {
        int hidden = Integer.parseInt(args[0]);
        int threads = Integer.parseInt(args[1]);
        int streams = args.length > 2 ? Integer.parseInt(args[2]) : 50_000;
        int batch = args.length > 3 ? Integer.parseInt(args[3]) : 64;
        int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 5;
        try (Lstm layer = Lstm.builder(hidden, hidden)
                        .seed(1)
                        .backend(BackendKind.CPU)
                        .build();
                PoolLoad oneByOne = PoolLoad.oneByOne(layer, streams, threads);
                PoolLoad pool = PoolLoad.pool(layer, streams, threads, batch);
                PoolLoad bare = PoolLoad.bareBatches(layer, threads, batch)) {
            PoolLoad[] loads = {oneByOne, pool, bare};
            double[][] rates = new double[loads.length][rounds];
            for (PoolLoad load : loads) {
                load.stepsPerSecond(WARM_UP);
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < loads.length; i++) {
                    rates[i][round] = loads[i].stepsPerSecond(ROUND);
                }
            }
            String[] names = {"one by one", "pool", "bare batches"};
            System.out.printf(
                    Locale.ROOT, "LSTM H = %d, %d streams, %d thread(s), batch %d%n", hidden, streams, threads, batch);
            double[] medians = new double[loads.length];
            for (int i = 0; i < loads.length; i++) {
                ListStatistics rate = new ListStatistics(rates[i]);
                medians[i] = rate.getPercentile(50); // the mean of the two middle values
                System.out.printf(
                        Locale.ROOT,
                        "%-13s %10.0f steps/s (%.0f to %.0f)%n",
                        names[i],
                        medians[i],
                        rate.getMin(),
                        rate.getMax());
            }
            System.out.printf(
                    Locale.ROOT,
                    "pool / one by one %.2f, pool / bare batches %.0f %%%n",
                    medians[1] / medians[0],
                    100 * medians[1] / medians[2]);
        }
    }
}
