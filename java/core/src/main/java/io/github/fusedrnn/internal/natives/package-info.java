/** The native library: loading, bindings, status checks and memory. */
@NullMarked
package io.github.fusedrnn.internal.natives;

import org.jspecify.annotations.NullMarked;
