package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseSpec;
import org.jspecify.annotations.Nullable;

/**
 * A request to a worker, sent as one line of JSON.
 *
 * @param command what to do
 * @param spec the case, if the command concerns one
 * @param expected file with the expected result, to prepare a case
 * @param seconds duration, for iterations
 */
record Request(Command command, @Nullable CaseSpec spec, @Nullable String expected, double seconds) {
    enum Command {
        VERSION,
        PREPARE,
        WARM_UP,
        ITERATION,
        LATENCY_ITERATION,
        LATENCY,
        DISCARD
    }
}
