/** Mathematics that several rooms share and that must give the same numbers in each. */
@NullMarked
package io.github.fusedrnn.internal.math;

import org.jspecify.annotations.NullMarked;
