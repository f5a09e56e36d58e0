/**
 * What is around a recurrent layer in training: embedding, dense layers, dropout, losses, optimisers, clipping,
 * batches, meters and checkpoints.
 *
 * <pre>{@code
 * try (Lstm lstm = Lstm.builder(embedding.width(), 128).backend(kind).build();
 *         Gradients dLstm = lstm.newGradients();
 *         Dense head = Dense.builder(128, classes).backend(kind).build()) {
 *     Parameters parameters = Parameters.builder()
 *             .add("embedding", embedding).add("lstm", lstm, dLstm).add("head", head).build();
 *     try (Adam adam = Adam.builder(parameters).learningRate(1e-3f).build()) {
 *         // each step: parameters.zeroGradients(), forward, loss, backward, then
 *         GradientClip.byGlobalNorm(parameters, 5);
 *         adam.step();
 *     }
 * }
 * }</pre>
 *
 * <p>Everything runs on the backend that it is given, through that backend's dense operations, in the backend's memory.
 */
@NullMarked
package io.github.fusedrnn.train;

import org.jspecify.annotations.NullMarked;
