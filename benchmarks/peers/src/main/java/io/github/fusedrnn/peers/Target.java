package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.Family;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The ratios that we want of a group of rows.
 *
 * @param name of the group
 * @param rows selects the rows of the group
 * @param library the library to compare with; empty for the fastest peer of each row
 * @param rowFloor lower bound of the ratio of every row
 * @param meanFloor lower bound of the geometric mean of the ratios
 * @param meanTarget target of the geometric mean
 */
record Target(
        String name, Predicate<CaseResult> rows, String library, double rowFloor, double meanFloor, double meanTarget) {
    static final List<Target> ALL = List.of(
            new Target(
                    "step, N = 1 (LSTM and GRU)",
                    row -> row.spec().family() == Family.STEP && row.spec().cell() != CellKind.RNN,
                    "",
                    1.2,
                    2.3,
                    3),
            new Target("sequence T = 100, N = 1", of(Family.SEQUENCE), "", 0.95, 1.3, 1.5),
            new Target("batched T = 50, N = 8 to 64", of(Family.BATCHED), "", 0.95, 1.05, 1.15),
            new Target(
                    "stacked and bidirectional, N = 1", of(Family.STACKED, Family.BIDIRECTIONAL), "", 0.95, 1.2, 1.4),
            new Target("training step", of(Family.TRAINING), "", 1.05, 1.25, 1.4),
            new Target("any row against Deeplearning4j", row -> true, Libraries.DEEPLEARNING4J, 4, 20, 30));

    /** A batch whose lengths are T/2 on average should take at most this share of the time of the full batch. */
    static final double SHARE_OF_FULL_BATCH = 0.6;

    private static Predicate<CaseResult> of(Family... families) {
        return row -> List.of(families).contains(row.spec().family());
    }

    /** The rows of the group in which both FusedRNN and the other library were timed. */
    Stream<CaseResult> of(List<CaseResult> all) {
        return all.stream().filter(rows).filter(row -> ratio(row) > 0);
    }

    /** The ratio in a row, 0 if there is none. */
    double ratio(CaseResult row) {
        return (library.isEmpty() ? row.ratio() : row.ratio(library))
                .map(Ratio::value)
                .orElse(0.0);
    }
}
