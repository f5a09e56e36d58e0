/** ONNX Runtime through its Java API. */
@NullMarked
package io.github.fusedrnn.peers.onnxruntime;

import org.jspecify.annotations.NullMarked;
