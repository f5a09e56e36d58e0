/** The CPU backend: plans and dense operations on the native library. */
@NullMarked
package io.github.fusedrnn.internal.cpu;

import org.jspecify.annotations.NullMarked;
