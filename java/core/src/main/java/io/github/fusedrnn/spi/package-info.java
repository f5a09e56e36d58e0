/**
 * The seam: what a backend implements, and nothing that a user constructs. A backend imports it (those of core, {@code fusedrnn-cudnn}), and so do
 * the packages of core above it that call a backend: {@code internal.layer}, the layers themselves, streams and checks. Users, importers, training
 * and examples need nothing of it.
 */
@NullMarked
package io.github.fusedrnn.spi;

import org.jspecify.annotations.NullMarked;
