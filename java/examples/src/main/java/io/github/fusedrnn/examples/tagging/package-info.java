/** Sequences drawn from a known hidden Markov model: a tag per step, one label, or the next note. */
@NullMarked
package io.github.fusedrnn.examples.tagging;

import org.jspecify.annotations.NullMarked;
