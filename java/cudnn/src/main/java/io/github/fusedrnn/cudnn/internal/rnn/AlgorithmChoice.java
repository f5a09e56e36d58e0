package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.FusedRnnException;

/**
 * The algorithm of a plan for rows of equal length, and why.
 *
 * @param algorithm the algorithm
 * @param source where the choice came from, in words
 */
record AlgorithmChoice(Algorithm algorithm, String source) {
    /** The choice after cuDNN has refused the algorithm. */
    AlgorithmChoice refused(FusedRnnException failure) {
        return new AlgorithmChoice(
                Algorithm.STANDARD,
                source + "; not " + algorithm.label() + ", which cuDNN refused (" + failure.getMessage() + ")");
    }
}
