/**
 * How a public class lets our own packages do what its users may not: it opens a door when it is initialised, and one class under {@code internal}
 * goes through it. The type parameters of a door keep this package below the classes that open one, so that no two packages need each other.
 */
@NullMarked
package io.github.fusedrnn.internal.door;

import org.jspecify.annotations.NullMarked;
