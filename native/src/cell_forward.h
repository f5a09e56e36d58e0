// Forward of one time step of a cell whose products and gates are separate: with products by
// OpenBLAS, or a generic cell.
#pragma once

#include "generic_cells.h"
#include "pack.h"

namespace fusedrnn {

// args.gates holds the input product with biases.
void CellForward(const fr_packed& packed, const DirectionWeights& weights,
                 const GenericArgs& args) noexcept;

}  // namespace fusedrnn
