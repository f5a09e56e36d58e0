/** The interface between the comparison and a library: the case, its data, and what a library implements. */
@NullMarked
package io.github.fusedrnn.peers.comparison;

import org.jspecify.annotations.NullMarked;
