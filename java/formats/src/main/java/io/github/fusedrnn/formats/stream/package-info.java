/** Snapshots of streams on disk. */
@NullMarked
package io.github.fusedrnn.formats.stream;

import org.jspecify.annotations.NullMarked;
