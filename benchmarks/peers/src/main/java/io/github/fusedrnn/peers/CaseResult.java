package io.github.fusedrnn.peers;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The result of one case.
 *
 * @param spec the case
 * @param participants all participants, including those that were not timed
 * @param fullBatch of a case with lengths: FusedRNN on the same batch with every row as long as the longest, in the same run; otherwise empty
 */
record CaseResult(
        @JsonAlias("race") CaseSpec spec,
        @JsonAlias("sides") List<ParticipantResult> participants,
        List<ParticipantResult> fullBatch) {
    CaseResult {
        participants = List.copyOf(participants);
        fullBatch = List.copyOf(fullBatch);
    }

    /** The fastest setup of a library. */
    Optional<ParticipantResult> fastest(String library) {
        return fastest(participants.stream()
                .filter(participant -> participant.library().equals(library))
                .toList());
    }

    /** The fastest setup of a library with a number of threads. */
    Optional<ParticipantResult> fastest(String library, int threads) {
        return fastest(participants.stream()
                .filter(participant -> participant.library().equals(library) && participant.threads() == threads)
                .toList());
    }

    Optional<ParticipantResult> fusedRnn() {
        return fastest(Libraries.FUSEDRNN);
    }

    /** The fastest setup of any library other than FusedRNN. */
    Optional<ParticipantResult> fastestPeer() {
        return fastest(participants.stream()
                .filter(participant -> !participant.library().equals(Libraries.FUSEDRNN))
                .toList());
    }

    /** Time of the fastest peer divided by that of FusedRNN. */
    Optional<Ratio> ratio() {
        return Ratio.of(fastestPeer(), fusedRnn());
    }

    /** Time of a library divided by that of FusedRNN. */
    Optional<Ratio> ratio(String library) {
        return Ratio.of(fastest(library), fusedRnn());
    }

    /** FusedRNN's time for the batch with lengths divided by that for the full batch. */
    Optional<Ratio> shareOfFullBatch() {
        return Ratio.of(fusedRnn(), fastest(fullBatch));
    }

    private static Optional<ParticipantResult> fastest(List<ParticipantResult> participants) {
        return participants.stream()
                .filter(ParticipantResult::timed)
                .min(Comparator.comparingDouble(ParticipantResult::median));
    }
}
