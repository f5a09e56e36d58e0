package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.RecurrentConfig;

/** The largest sizes of cuDNN's descriptors, which count with int. */
final class Limits {
    private Limits() {}

    /** Refuses a plan that is too large. */
    static void check(RecurrentConfig config, int t, int n) {
        long widest = Math.max(config.hiddenSize(), Math.max(config.inputSize(), 2L * config.stateSize()));
        if (n * widest > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "N: " + n + " (expected: N times the widest row, " + widest + ", below 2^31 on backend CUDNN)");
        }
    }
}
