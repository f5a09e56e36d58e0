/** Dense operations around recurrent layers: cuBLAS and our own kernels. */
@NullMarked
package io.github.fusedrnn.cudnn.internal.dense;

import org.jspecify.annotations.NullMarked;
