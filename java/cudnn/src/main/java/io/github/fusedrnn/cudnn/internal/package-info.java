/** The cuDNN backend: the probe for a GPU, status checks, the list of native functions. */
@NullMarked
package io.github.fusedrnn.cudnn.internal;

import org.jspecify.annotations.NullMarked;
