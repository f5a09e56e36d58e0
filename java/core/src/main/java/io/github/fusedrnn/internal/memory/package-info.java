/** Host memory seen from Java, and how our own packages reach the memory behind tensors. */
@NullMarked
package io.github.fusedrnn.internal.memory;

import org.jspecify.annotations.NullMarked;
