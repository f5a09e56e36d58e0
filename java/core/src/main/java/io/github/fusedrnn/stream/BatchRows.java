package io.github.fusedrnn.stream;

import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;

/**
 * What a batch of a given number of rows works on: views of one worker's memory.
 *
 * @param x inputs {@code [1, rows, C]}, {@code [rows, 1, C]} if batch-major
 * @param y outputs, likewise
 * @param state states of the rows, before and after the step
 * @param parts the states of each layer, h then c, in the order of the slab's tables
 * @param slabRows the slab's row of each stream
 */
record BatchRows(FloatTensor x, FloatTensor y, RecurrentState state, FloatTensor[] parts, int[] slabRows) {}
