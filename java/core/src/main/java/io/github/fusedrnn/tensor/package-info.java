/** Float32 memory with dimensions and an explicit owner. */
@NullMarked
package io.github.fusedrnn.tensor;

import org.jspecify.annotations.NullMarked;
