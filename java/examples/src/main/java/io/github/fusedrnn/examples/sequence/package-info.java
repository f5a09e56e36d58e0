/** Memorizes short sequences of numbers: {@code primes} and {@code sequence}. */
@NullMarked
package io.github.fusedrnn.examples.sequence;

import org.jspecify.annotations.NullMarked;
