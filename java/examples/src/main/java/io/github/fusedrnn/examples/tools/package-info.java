/** Diagnosis of layers and machines, and demonstrations: {@code doctor}, {@code gradcheck}, {@code gradients} and {@code family}. */
@NullMarked
package io.github.fusedrnn.examples.tools;

import org.jspecify.annotations.NullMarked;
