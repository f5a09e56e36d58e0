package io.github.fusedrnn.peers.pytorch;

/** An inference strategy. */
interface InferenceStrategy extends Strategy {
    void reset();
}
