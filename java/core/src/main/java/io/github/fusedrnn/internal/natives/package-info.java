/** Loading of the native library, its status checks, and the memory it hands out. */
@NullMarked
package io.github.fusedrnn.internal.natives;

import org.jspecify.annotations.NullMarked;
