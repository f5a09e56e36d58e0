/** The seam between layers and backends; for those who write a backend, not for those who use one. */
@NullMarked
package io.github.fusedrnn.spi;

import org.jspecify.annotations.NullMarked;
