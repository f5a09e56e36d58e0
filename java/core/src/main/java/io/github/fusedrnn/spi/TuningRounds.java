package io.github.fusedrnn.spi;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Measures the candidates for a plan in interleaved rounds, and decides when one of them replaces the rule's choice: its median is below 0.97 of
 * the rule's, and it wins three rounds of four. Candidates take turns, so that a slow phase of the machine hits all of them, and times of one round
 * lie close together, so such a phase cannot decide.
 */
public final class TuningRounds {
    /** A candidate that does not save this much is within the noise. */
    private static final double CLEARLY_FASTER = 0.97;

    private final List<String> candidates;
    private final String kind;
    private final double[][] nanos;
    private int rounds;

    /**
     * Rounds without times yet.
     *
     * @param candidates as {@link MeasuredChoice#choice} has them, at least one; the rule's first
     * @param kind what they are, in the plural, for people
     * @param most rounds
     */
    TuningRounds(List<String> candidates, String kind, int most) {
        this.candidates = List.copyOf(candidates);
        this.kind = kind;
        this.nanos = new double[candidates.size()][most];
    }

    /**
     * Measures, and returns the candidate of the least median among those that replace the rule's choice, else the rule's.
     *
     * @param candidates as {@link MeasuredChoice#choice} has them, at least one; the rule's first
     * @param kind what they are, in the plural, for people
     * @param most rounds
     * @param budgetNanos no round begins after so long a time, except the first
     * @param turn the nanoseconds of a call with the candidate of an index; infinite if it cannot run
     */
    public static MeasuredChoice measure(
            List<String> candidates, String kind, int most, long budgetNanos, IntToDoubleFunction turn) {
        TuningRounds all = new TuningRounds(candidates, kind, most);
        double[] round = new double[candidates.size()];
        long start = System.nanoTime();
        do {
            for (int i = 0; i < round.length; i++) {
                // Every second round backwards, or one candidate would always follow the same other.
                int k = all.rounds % 2 == 0 ? i : round.length - 1 - i;
                round[k] = turn.applyAsDouble(k);
            }
            all.add(round);
        } while (all.rounds < most && System.nanoTime() - start < budgetNanos);
        return all.best();
    }

    /** Adds a round: the nanoseconds of each candidate. */
    void add(double... round) {
        for (int i = 0; i < nanos.length; i++) {
            nanos[i][rounds] = round[i];
        }
        rounds++;
    }

    /** The candidate of the least median among those that replace the rule's choice, else the rule's. */
    MeasuredChoice best() {
        double byRule = median(nanos[0]);
        int best = 0;
        double least = byRule;
        for (int i = 1; i < nanos.length; i++) {
            double time = median(nanos[i]);
            if (time < least && time < byRule * CLEARLY_FASTER && 4 * wins(nanos[i]) >= 3 * rounds) {
                best = i;
                least = time;
            }
        }
        String source = best == 0
                ? "by rule: no other of " + nanos.length + " " + kind + " was clearly faster in this process"
                : "measured in this process, best of " + nanos.length + " " + kind;
        // Without a time of the rule's choice, which could not run, there is no margin to report.
        return new MeasuredChoice(candidates.get(best), least, Double.isInfinite(byRule) ? least : byRule, source);
    }

    private int wins(double[] times) {
        int wins = 0;
        for (int i = 0; i < rounds; i++) {
            wins += times[i] < nanos[0][i] ? 1 : 0;
        }
        return wins;
    }

    private double median(double[] times) {
        double[] sorted = Arrays.copyOf(times, rounds);
        Arrays.sort(sorted);
        return (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
    }
}
