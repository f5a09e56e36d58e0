/**
 * The wider family of recurrent networks that the texts list, each a small class on the layers, cells and dense layers of this library, with
 * its formula and where it comes from. They are there to be read; for production there are RNN, LSTM and GRU.
 */
@NullMarked
package io.github.fusedrnn.examples.family;

import org.jspecify.annotations.NullMarked;
