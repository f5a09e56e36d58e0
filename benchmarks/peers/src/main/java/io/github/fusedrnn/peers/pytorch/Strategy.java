package io.github.fusedrnn.peers.pytorch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One of several ways in which the library can compute a case. */
interface Strategy extends AutoCloseable {
    int ROUNDS = 5;
    long ROUND_NANOS = 20_000_000;

    void run();

    /** The output as in {@link io.github.fusedrnn.peers.comparison.LibraryCase#output()}. */
    float[] output();

    @Override
    void close();

    /**
     * The fastest of several, found as a user would: by timing them in turn. Closes the others.
     *
     * @param strategies at least one
     */
    static <S extends Strategy> S fastest(List<S> strategies) {
        double[][] nanos = new double[strategies.size()][ROUNDS];
        strategies.forEach(Strategy::run);
        for (int round = 0; strategies.size() > 1 && round < ROUNDS; round++) {
            for (int i = 0; i < strategies.size(); i++) {
                nanos[i][round] = nanosPerCall(strategies.get(i));
            }
        }
        int best = 0;
        for (int i = 0; i < nanos.length; i++) {
            Arrays.sort(nanos[i]);
            if (nanos[i][ROUNDS / 2] < nanos[best][ROUNDS / 2]) {
                best = i;
            }
        }
        List<S> others = new ArrayList<>(strategies);
        S chosen = others.remove(best);
        others.forEach(Strategy::close);
        return chosen;
    }

    private static double nanosPerCall(Strategy strategy) {
        long begin = System.nanoTime();
        long now = begin;
        int calls = 0;
        while (now - begin < ROUND_NANOS) {
            strategy.run();
            calls++;
            now = System.nanoTime();
        }
        return (double) (now - begin) / calls;
    }
}
