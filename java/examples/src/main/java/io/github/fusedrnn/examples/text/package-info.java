/** Language models of characters and words, and word vectors: {@code charlm}, {@code ptb} and {@code word2vec}. */
@NullMarked
package io.github.fusedrnn.examples.text;

import org.jspecify.annotations.NullMarked;
