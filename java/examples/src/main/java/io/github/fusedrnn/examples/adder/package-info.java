/** Addition of two binary numbers: the smallest task that needs memory. */
@NullMarked
package io.github.fusedrnn.examples.adder;

import org.jspecify.annotations.NullMarked;
