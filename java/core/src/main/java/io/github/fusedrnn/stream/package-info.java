/** Stateful streaming: one stream, a pool of thousands over one set of weights, snapshots. */
@NullMarked
package io.github.fusedrnn.stream;

import org.jspecify.annotations.NullMarked;
