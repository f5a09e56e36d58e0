/** Recurrent layers over cuDNN's v8 RNN functions. */
@NullMarked
package io.github.fusedrnn.cudnn.internal.rnn;

import org.jspecify.annotations.NullMarked;
