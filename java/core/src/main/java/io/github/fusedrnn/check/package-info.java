/** Holds any backend against the reference, and the reference against central differences. */
@NullMarked
package io.github.fusedrnn.check;

import org.jspecify.annotations.NullMarked;
