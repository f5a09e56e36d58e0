/** FusedRNN through its public API. */
@NullMarked
package io.github.fusedrnn.peers.fusedrnn;

import org.jspecify.annotations.NullMarked;
