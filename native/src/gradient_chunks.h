// Chunk sizes of backward: the gate gradients of a chunk of steps are computed first, then their
// contributions to the gradients of weights and inputs, while they are still in cache.
#pragma once

#include <cstdint>

#include "geometry.h"

namespace fusedrnn {

// Most rows of a chunk for n rows a step; a chunk has one step at least. With OpenBLAS all rows are
// one chunk, because OpenBLAS packs its operands anew in every call.
int64_t GradientRows(const Geometry& geometry, int64_t n);

// Workspace of one thread for the products over a chunk, in floats.
int64_t GradientWorkFloats(const Geometry& geometry, int64_t n);

}  // namespace fusedrnn
