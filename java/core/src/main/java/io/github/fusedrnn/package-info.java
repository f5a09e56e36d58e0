/** Recurrent layers for the JVM: RNN, LSTM and GRU, forward and backward, on the best backend present. */
@NullMarked
package io.github.fusedrnn;

import org.jspecify.annotations.NullMarked;
