/** Tests of the building blocks of the benchmarks. */
@NullMarked
package io.github.fusedrnn.benchmarks;

import org.jspecify.annotations.NullMarked;
