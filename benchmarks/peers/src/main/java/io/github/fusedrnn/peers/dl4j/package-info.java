/** Deeplearning4j on nd4j-native. */
@NullMarked
package io.github.fusedrnn.peers.dl4j;

import org.jspecify.annotations.NullMarked;
