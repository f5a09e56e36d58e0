/** Files that are replaced whole; not exported. */
@NullMarked
package io.github.fusedrnn.formats.file;

import org.jspecify.annotations.NullMarked;
