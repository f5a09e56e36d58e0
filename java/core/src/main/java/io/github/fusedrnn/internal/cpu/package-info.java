/** The CPU backend: bindings of the native library and plans over it. */
@NullMarked
package io.github.fusedrnn.internal.cpu;

import org.jspecify.annotations.NullMarked;
