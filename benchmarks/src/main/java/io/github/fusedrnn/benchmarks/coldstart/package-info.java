/** Cold start, from the start of a JVM to a first result: small programs, and the one that starts and times them. */
@NullMarked
package io.github.fusedrnn.benchmarks.coldstart;

import org.jspecify.annotations.NullMarked;
