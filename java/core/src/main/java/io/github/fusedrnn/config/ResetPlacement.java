package io.github.fusedrnn.config;

/** Where a GRU's reset gate acts. */
public enum ResetPlacement {
    /** n = tanh(W_in x + b_in + r∘(W_hn h + b_hn)): cuDNN's, PyTorch's and Keras's default. */
    AFTER,
    /** n = tanh(W_in x + b_in + W_hn (r∘h) + b_hn): Cho et al. 2014, ONNX's default. */
    BEFORE,
    /** No reset gate, r = 1: the minimal GRU. The rows of r stay in the weights, unused, with gradient zero. */
    NONE
}
