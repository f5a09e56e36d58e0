/** Float32 memory with dimensions and an explicit owner, the states of layers, and what a backend implements of both. */
@NullMarked
package io.github.fusedrnn.tensor;

import org.jspecify.annotations.NullMarked;
