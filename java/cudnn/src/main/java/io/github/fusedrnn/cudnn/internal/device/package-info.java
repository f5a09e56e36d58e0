/** A GPU as the backend sees it: properties, streams and handles, memory, tensors. */
@NullMarked
package io.github.fusedrnn.cudnn.internal.device;

import org.jspecify.annotations.NullMarked;
