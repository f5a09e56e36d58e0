/** The dense operations of what stands around a recurrent layer: what training uses, and what a backend implements of it. */
@NullMarked
package io.github.fusedrnn.dense;

import org.jspecify.annotations.NullMarked;
