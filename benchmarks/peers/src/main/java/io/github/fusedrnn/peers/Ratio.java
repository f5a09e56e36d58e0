package io.github.fusedrnn.peers;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A ratio of two medians, with its range over single rounds.
 *
 * @param value ratio of the medians
 * @param min smallest ratio of a round
 * @param max largest ratio of a round
 */
record Ratio(double value, double min, double max) {
    private static final double TIE_FROM = 0.95;
    private static final double TIE_TO = 1.05;

    static Optional<Ratio> of(Optional<ParticipantResult> of, Optional<ParticipantResult> by) {
        if (of.isEmpty() || by.isEmpty()) {
            return Optional.empty();
        }
        ParticipantResult numerator = of.get();
        ParticipantResult denominator = by.get();
        double[] rounds = IntStream.range(
                        0,
                        Math.min(numerator.micros().size(), denominator.micros().size()))
                .mapToDouble(
                        i -> numerator.micros().get(i) / denominator.micros().get(i))
                .sorted()
                .toArray();
        return Optional.of(new Ratio(numerator.median() / denominator.median(), rounds[0], rounds[rounds.length - 1]));
    }

    boolean isTie() {
        return value >= TIE_FROM && value <= TIE_TO;
    }
}
