package io.github.fusedrnn;

import io.github.fusedrnn.spi.RecurrentDesc;

/** What a layer computes, without weights or backend. Immutable, free to share. */
public sealed interface RecurrentConfig permits RnnConfig, LstmConfig, GruConfig {
    /** Everything, in the one form that backends read. */
    RecurrentDesc desc();

    /** C: width of the input. */
    default int inputSize() {
        return desc().inputSize();
    }

    /** H: units. */
    default int hiddenSize() {
        return desc().hiddenSize();
    }

    /** L: stacked layers. */
    default int layers() {
        return desc().layers();
    }

    /** Reading order. */
    default Direction direction() {
        return desc().direction();
    }

    /** How two directions become one output. */
    default Merge merge() {
        return desc().merge();
    }

    /** Whether the cells have biases. */
    default boolean bias() {
        return desc().bias();
    }

    /** Whether sequences are {@code [N, T, ·]}. */
    default boolean batchMajor() {
        return desc().batchMajor();
    }

    /** Probability of dropout between layers, in training. */
    default float dropout() {
        return desc().dropout();
    }

    /** Bound of what enters each gate's activation; 0 = none. */
    default float gateClip() {
        return desc().gateClip();
    }

    /** Width of the output. */
    default int outputSize() {
        return desc().outputSize();
    }
}
