/** Files that models come in. */
@NullMarked
package io.github.fusedrnn.formats;

import org.jspecify.annotations.NullMarked;
