/** The command line {@code fusedrnn}. */
@NullMarked
package io.github.fusedrnn.examples;

import org.jspecify.annotations.NullMarked;
