package io.github.fusedrnn.peers;

import com.fasterxml.jackson.annotation.JsonAlias;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a participant: one library with one setup on one case.
 *
 * @param library its id
 * @param threads number of threads
 * @param variant of the setup, empty for the default
 * @param problem why it was not timed: not supported, a wrong result, a failure; null if it was timed
 * @param error largest error against the reference, relative to the largest value of its array
 * @param micros microseconds per call, the median of each round's iteration
 * @param interfered number of rounds during which other processes were busy
 * @param latency of single calls, for steps only
 */
record ParticipantResult(
        @JsonAlias("contender") String library,
        int threads,
        String variant,
        @Nullable String problem,
        double error,
        List<Double> micros,
        @JsonAlias("disturbed") int interfered,
        @Nullable Latency latency) {
    /** The start of the problem of a library that cannot run the case. */
    static final String NOT_SUPPORTED = "not supported: ";

    /** The same in results recorded by earlier versions. */
    private static final String NOT_OFFERED = "not offered: ";

    ParticipantResult {
        micros = List.copyOf(micros);
    }

    static ParticipantResult untimed(String library, int threads, String variant, String problem, double error) {
        return new ParticipantResult(library, threads, variant, problem, error, List.of(), 0, null);
    }

    /** Whether the library cannot run the case at all, whatever the setup. */
    boolean unsupported() {
        return problem != null && (problem.startsWith(NOT_SUPPORTED) || problem.startsWith(NOT_OFFERED));
    }

    boolean timed() {
        return problem == null && !micros.isEmpty();
    }

    /** The median of the rounds. */
    double median() {
        return Statistics.median(micros);
    }
}
