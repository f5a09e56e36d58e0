/** The entry point of the command line {@code fusedrnn}; each task has a package of its own. */
@NullMarked
package io.github.fusedrnn.examples;

import org.jspecify.annotations.NullMarked;
