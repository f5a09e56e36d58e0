/**
 * Adapters of {@link io.github.fusedrnn.stream.StreamMetrics} to HdrHistogram and Micrometer. Both libraries are optional: nothing else in this
 * module knows them or this package, and a class here is loaded only by who names it.
 */
@NullMarked
package io.github.fusedrnn.stream.metrics;

import org.jspecify.annotations.NullMarked;
