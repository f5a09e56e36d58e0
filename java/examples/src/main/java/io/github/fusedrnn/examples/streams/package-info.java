/** Many streams under load: {@code serve-bench}. */
@NullMarked
package io.github.fusedrnn.examples.streams;

import org.jspecify.annotations.NullMarked;
