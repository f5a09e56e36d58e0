/** What several tests share: descriptions, random cases, golden files, tables of errors. */
@NullMarked
package io.github.fusedrnn.testing;

import org.jspecify.annotations.NullMarked;
