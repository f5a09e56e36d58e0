// The steps of a chunk, last first: the gates' gradients, and through the recurrent products those
// of the states before.
#pragma once

#include <cstdint>

#include "backward_pass.h"
#include "team.h"

namespace fusedrnn {

// What the first chunk of a layer and direction finds: initial cell states in sorted order, and
// empty sums. By one thread, before any other's steps.
void PrepareSteps(const BackwardPass& pass, int64_t layer, int64_t direction);

// dgates and its like of the chunk's rows. Ends without a barrier.
void BackwardSteps(const BackwardPass& pass, int64_t layer, int64_t direction,
                   const GradientChunk& chunk, const Team& team);

}  // namespace fusedrnn
