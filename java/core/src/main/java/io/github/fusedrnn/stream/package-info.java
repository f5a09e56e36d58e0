/** A pool of thousands of stateful streams over one set of weights, and where their states are stored. */
@NullMarked
package io.github.fusedrnn.stream;

import org.jspecify.annotations.NullMarked;
