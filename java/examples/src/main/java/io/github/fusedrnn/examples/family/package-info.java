/**
 * Rarer recurrent networks, each a small class built on the layers and dense operations of this library, with its formula and its source.
 * They are written to be read; for production use RNN, LSTM and GRU.
 */
@NullMarked
package io.github.fusedrnn.examples.family;

import org.jspecify.annotations.NullMarked;
