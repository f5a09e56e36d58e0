/** What a layer computes and where, as immutable values: the one description of a layer with its builder, the enums, what explanations consist of. */
@NullMarked
package io.github.fusedrnn.config;

import org.jspecify.annotations.NullMarked;
