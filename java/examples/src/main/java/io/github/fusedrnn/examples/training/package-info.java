/** What every training command uses: options, the loop with checkpoints and Ctrl-C, and the plot of the losses. */
@NullMarked
package io.github.fusedrnn.examples.training;

import org.jspecify.annotations.NullMarked;
