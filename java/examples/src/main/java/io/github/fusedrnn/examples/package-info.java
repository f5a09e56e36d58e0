/** The command line {@code fusedrnn}: trains, samples, checks gradients, runs conformance cases, diagnoses. */
@NullMarked
package io.github.fusedrnn.examples;

import org.jspecify.annotations.NullMarked;
