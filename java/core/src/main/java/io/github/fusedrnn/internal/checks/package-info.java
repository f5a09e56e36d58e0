/** Checks of arguments and settings, with one form of message; for our own modules. */
@NullMarked
package io.github.fusedrnn.internal.checks;

import org.jspecify.annotations.NullMarked;
