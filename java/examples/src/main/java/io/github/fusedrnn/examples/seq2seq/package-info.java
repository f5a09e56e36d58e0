/** Sequence to sequence: encoder, decoder, attention and beam search. */
@NullMarked
package io.github.fusedrnn.examples.seq2seq;

import org.jspecify.annotations.NullMarked;
