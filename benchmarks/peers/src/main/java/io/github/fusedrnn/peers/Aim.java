package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.Family;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What we want of a group of rows.
 *
 * @param name of the group
 * @param rows which rows it is about
 * @param contender whom ours is compared with; empty for the best peer of each row
 * @param everyRow floor of every row's ratio
 * @param mean floor of their geometric mean
 * @param aim of the geometric mean
 */
record Aim(String name, Predicate<CaseResult> rows, String contender, double everyRow, double mean, double aim) {
    static final List<Aim> ALL = List.of(
            new Aim(
                    "step, N = 1 (LSTM and GRU)",
                    row -> row.race().family() == Family.STEP && row.race().cell() != CellKind.RNN,
                    "",
                    1.2,
                    2.3,
                    3),
            new Aim("sequence T = 100, N = 1", of(Family.SEQUENCE), "", 0.95, 1.3, 1.5),
            new Aim("batched T = 50, N = 8 to 64", of(Family.BATCHED), "", 0.95, 1.05, 1.15),
            new Aim("stacked and bidirectional, N = 1", of(Family.STACKED, Family.BIDIRECTIONAL), "", 0.95, 1.2, 1.4),
            new Aim("training step", of(Family.TRAINING), "", 1.05, 1.25, 1.4),
            new Aim("any row against Deeplearning4j", row -> true, Contenders.DEEPLEARNING4J, 4, 20, 30));

    /** A batch of lengths that are half of T on average takes at most this share of the full batch's time. */
    static final double SHARE_OF_FULL_BATCH = 0.6;

    private static Predicate<CaseResult> of(Family... families) {
        return row -> List.of(families).contains(row.race().family());
    }

    /** The rows of the group in which both sides were timed. */
    Stream<CaseResult> of(List<CaseResult> all) {
        return all.stream().filter(rows).filter(row -> ratio(row) > 0);
    }

    /** Its ratio in a row, 0 where there is none. */
    double ratio(CaseResult row) {
        return (contender.isEmpty() ? row.ratio() : row.ratio(contender))
                .map(Ratio::value)
                .orElse(0.0);
    }
}
