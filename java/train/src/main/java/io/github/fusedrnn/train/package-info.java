/** What is around a recurrent layer in training. */
@NullMarked
package io.github.fusedrnn.train;

import org.jspecify.annotations.NullMarked;
