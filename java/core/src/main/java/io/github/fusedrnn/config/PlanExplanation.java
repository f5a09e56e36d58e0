package io.github.fusedrnn.config;

import io.github.fusedrnn.Tuning;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What one plan does for calls of its size, and why.
 *
 * @param maxT largest T of a call
 * @param maxN largest N of a call
 * @param training whether it serves forward with a tape and backward
 * @param schedule kernel, tile and schedule in words
 * @param threads threads that work on a call of the full size, the caller's among them
 * @param bytes held
 * @param weightBytes packed weights that each of these threads reads in a step
 * @param weightsIn where these have room; empty where the backend does not know
 * @param choice what was chosen, as {@link Tuning}'s files have it; empty where there is nothing to choose
 * @param source where the choice came from: the rule, a measurement with its margin, or a file
 */
public record PlanExplanation(
        int maxT,
        int maxN,
        boolean training,
        String schedule,
        int threads,
        long bytes,
        long weightBytes,
        List<CacheShare> weightsIn,
        String choice,
        String source) {
    /** Copies the list. */
    public PlanExplanation {
        weightsIn = List.copyOf(weightsIn);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("T <= ").append(maxT).append(", N <= ").append(maxN);
        text.append(training ? ", training: " : ", inference: ").append(schedule);
        text.append("\n  threads:    ").append(threads).append(" work on a call of the full size");
        text.append("\n  bytes:      ").append(bytes);
        if (!weightsIn.isEmpty()) {
            text.append("\n  weights:    ").append(weightBytes).append(" bytes for each thread, at most ");
            text.append(weightsIn.stream().map(CacheShare::toString).collect(Collectors.joining(", ")));
        }
        if (!choice.isEmpty()) {
            text.append("\n  choice:     '").append(choice).append("', ").append(source);
        }
        return text.toString();
    }
}
