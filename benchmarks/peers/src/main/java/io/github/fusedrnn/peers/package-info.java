/** Compares FusedRNN with the libraries that a user could choose instead. */
@NullMarked
package io.github.fusedrnn.peers;

import org.jspecify.annotations.NullMarked;
