// What the gates' gradients of a chunk of steps add to the gradients of weights, biases and inputs.
#pragma once

#include <cstdint>

#include "backward_pass.h"
#include "crew.h"

namespace fusedrnn {

// The crew shares blocks, columns and rows; every thread's dgates are complete. Ends without a
// barrier.
void AddChunkGradients(const BackwardPass& pass, int64_t layer, int64_t direction,
                       const GradientChunk& chunk, const Crew& crew);

}  // namespace fusedrnn
