/** The oracle: pure Java, float64, plain loops. */
@NullMarked
package io.github.fusedrnn.internal.reference;

import org.jspecify.annotations.NullMarked;
