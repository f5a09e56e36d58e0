/** JMH benchmarks. */
@NullMarked
package io.github.fusedrnn.benchmarks;

import org.jspecify.annotations.NullMarked;
