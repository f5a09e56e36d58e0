/** What the readers and writers of every file format share. */
@NullMarked
package io.github.fusedrnn.formats;

import org.jspecify.annotations.NullMarked;
