package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import io.github.fusedrnn.peers.comparison.Setup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one case with all participants: each prepares, is checked and warms up; then, in every round, each runs one short iteration, in alternating
 * order. Whatever the machine does thus affects all of them, and a ratio compares iterations that are a fraction of a second apart.
 */
final class CaseRun {
    /** A participant that takes this many times as long as the fastest one runs fewer rounds. */
    private static final double SLOW = 8;

    private static final int ROUNDS_IF_SLOW = 3;

    /** An iteration with interference is repeated up to this many times; then it counts, and the report says so. */
    private static final int ATTEMPTS = 5;

    private final int rounds;
    private final double seconds;
    private final List<Participant> participants = new ArrayList<>();

    /** One library with one setup while the case runs. */
    private static final class Participant {
        final WorkerProcess worker;
        final CaseSpec spec;
        final List<Double> micros = new ArrayList<>();

        @Nullable
        String problem;

        double error;
        double warmNanos;
        int interfered;

        @Nullable
        Latency latency;

        Participant(WorkerProcess worker, CaseSpec spec) {
            this.worker = worker;
            this.spec = spec;
        }

        @Nullable
        Response send(Request.Command command, @Nullable Path expected, double seconds) {
            Response response = worker.send(command, spec, expected, seconds);
            if (response.failure() != null) {
                problem = response.failure();
                return null;
            }
            return response;
        }

        ParticipantResult result() {
            Setup setup = worker.setup();
            return new ParticipantResult(
                    worker.library().id(),
                    setup.threads(),
                    setup.variant(),
                    problem,
                    error,
                    micros,
                    interfered,
                    latency);
        }
    }

    /**
     * Creates a run without participants.
     *
     * @param rounds number of iterations of each participant
     * @param seconds length of an iteration
     */
    CaseRun(int rounds, double seconds) {
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Adds a participant; its case may differ from that of the others. */
    void add(WorkerProcess worker, CaseSpec spec, Path expected) {
        Participant participant = new Participant(worker, spec);
        participants.add(participant);
        Response checked = worker.send(Request.Command.PREPARE, spec, expected, 0);
        participant.error = checked.value();
        participant.problem = checked.failure();
        if (participant.problem == null) {
            Response warm = participant.send(Request.Command.WARM_UP, null, 3 * seconds);
            participant.warmNanos = warm == null ? 0 : warm.value();
        }
    }

    /** Runs all rounds; returns the results in the order in which the participants were added. */
    List<ParticipantResult> run() {
        List<Participant> order = new ArrayList<>(participants);
        double fastest = participants.stream()
                .filter(participant -> participant.problem == null)
                .mapToDouble(participant -> participant.warmNanos)
                .min()
                .orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (Participant participant : order) {
                if (participant.problem == null && (round < ROUNDS_IF_SLOW || participant.warmNanos < SLOW * fastest)) {
                    iteration(participant);
                }
            }
            Collections.reverse(order);
        }
        for (Participant participant : participants) {
            if (participant.problem == null && participant.spec.family() == Family.STEP) {
                Response response = participant.send(Request.Command.LATENCY, null, 0);
                participant.latency = response == null ? null : response.latency();
            }
            participant.worker.send(Request.Command.DISCARD, participant.spec, null, 0);
        }
        return participants.stream().map(Participant::result).toList();
    }

    private void iteration(Participant participant) {
        Response response = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Interference interference = new Interference(participant.worker.pid());
            response = participant.send(Request.Command.ITERATION, null, seconds);
            if (response == null || !interference.detected()) {
                break;
            }
            if (attempt == ATTEMPTS - 1) {
                participant.interfered++;
            }
        }
        if (response != null) {
            participant.micros.add(response.value() / 1e3);
            if (participant.spec.family() == Family.STEP) {
                participant.send(Request.Command.LATENCY_ITERATION, null, seconds);
            }
        }
    }
}
