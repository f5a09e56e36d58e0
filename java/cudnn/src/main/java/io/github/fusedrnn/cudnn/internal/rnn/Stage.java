package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_GRU;
import static org.bytedeco.cuda.global.cudnn.CUDNN_LSTM;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_RELU;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_TANH;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;

/**
 * The part of a layer that one cuDNN descriptor computes: some of the stacked layers, both directions together.
 *
 * @param config the whole layer
 * @param first the first of these layers
 * @param layers how many
 */
record Stage(RecurrentConfig config, int first, int layers) {
    /** Width of its input. */
    int inputSize() {
        return config.inputSize(first);
    }

    /** Width of its output: both directions, before any sum. */
    int outputSize() {
        return config.directions() * config.stateSize();
    }

    /** Rows of its part of the states. */
    int stateLayers() {
        return layers * config.directions();
    }

    /** The first of these rows in the layer's states. */
    int firstStateLayer() {
        return first * config.directions();
    }

    /** cudnnRNNMode_t. */
    int mode() {
        return switch (config.cell()) {
            case LSTM -> CUDNN_LSTM;
            case GRU -> CUDNN_GRU;
            case RNN -> config.activation(0, 0).equals(Activation.RELU) ? CUDNN_RNN_RELU : CUDNN_RNN_TANH;
        };
    }
}
