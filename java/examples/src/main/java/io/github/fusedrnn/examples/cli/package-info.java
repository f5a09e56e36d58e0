/** What every command uses: options of layers and backends, progress, tables and messages. */
@NullMarked
package io.github.fusedrnn.examples.cli;

import org.jspecify.annotations.NullMarked;
