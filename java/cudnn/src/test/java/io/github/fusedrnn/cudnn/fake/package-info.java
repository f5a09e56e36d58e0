/** The stand-in for CUDA and cuDNN, and tests that need it. */
@NullMarked
package io.github.fusedrnn.cudnn.fake;

import org.jspecify.annotations.NullMarked;
