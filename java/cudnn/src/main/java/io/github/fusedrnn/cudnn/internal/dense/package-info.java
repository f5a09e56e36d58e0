/** Dense operations of what stands around a recurrent layer: cuBLAS and kernels of our own. */
@NullMarked
package io.github.fusedrnn.cudnn.internal.dense;

import org.jspecify.annotations.NullMarked;
