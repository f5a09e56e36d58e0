/** The GPU: properties, streams and handles, memory, tensors, kernels. */
@NullMarked
package io.github.fusedrnn.cudnn.internal.device;

import org.jspecify.annotations.NullMarked;
