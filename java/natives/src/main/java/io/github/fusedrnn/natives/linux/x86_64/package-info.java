/** Native libraries for Linux on x86-64. */
@NullMarked
package io.github.fusedrnn.natives.linux.x86_64;

import org.jspecify.annotations.NullMarked;
