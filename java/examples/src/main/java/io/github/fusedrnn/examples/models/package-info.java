/** Model files: {@code inspect}, {@code import} and {@code conformance}. */
@NullMarked
package io.github.fusedrnn.examples.models;

import org.jspecify.annotations.NullMarked;
