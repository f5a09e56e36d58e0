// Backward of one time step of a cell: the gradients of its gates.
#pragma once

#include "generic_cells.h"
#include "pack.h"

namespace fusedrnn {

// args.dc becomes the gradient of c_prev.
void CellBackward(const fr_packed& packed, const DirectionWeights& weights,
                  const GenericBackwardArgs& args) noexcept;

}  // namespace fusedrnn
