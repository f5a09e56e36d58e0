/** What only a real GPU can answer, and tests for it. */
@NullMarked
package io.github.fusedrnn.cudnn.gpu;

import org.jspecify.annotations.NullMarked;
