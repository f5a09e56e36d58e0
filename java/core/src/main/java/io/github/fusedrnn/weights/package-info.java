/** Canonical weights by name and version, their layout, and initialisers. */
@NullMarked
package io.github.fusedrnn.weights;

import org.jspecify.annotations.NullMarked;
