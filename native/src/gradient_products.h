// The contributions of a chunk of steps to the gradients of weights, biases and inputs.
#pragma once

#include <cstdint>

#include "backward_pass.h"
#include "team.h"

namespace fusedrnn {

// The team shares blocks, columns and rows. Requires that dgates of all threads are complete. Ends
// without a barrier.
void AddChunkGradients(const BackwardPass& pass, int64_t layer, int64_t direction,
                       const PackedSequence::Chunk& chunk, const Team& team);

}  // namespace fusedrnn
