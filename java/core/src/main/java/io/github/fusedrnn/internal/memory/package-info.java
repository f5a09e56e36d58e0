/** Host memory seen from Java. */
@NullMarked
package io.github.fusedrnn.internal.memory;

import org.jspecify.annotations.NullMarked;
