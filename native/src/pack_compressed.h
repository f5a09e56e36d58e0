// Packed weights as halves or as int8: conversions of weights and scales
// (kernels/compressed_args.h says how they lie).
#pragma once

#include <cstdint>

#include "geometry.h"
#include "memory.h"
#include "pack.h"

namespace fusedrnn {

// Reserves the panels of a matrix whose columns, k, vectors and panel_count are set.
void PlaceCompressed(const Geometry& g, ArenaLayout* arena, PackedMatrix* matrix);

// Fills panel p, whose column c is the row rows[c] (nullptr: zero). Throws Failure if a weight has
// no half.
void PackCompressedPanel(const Geometry& g, const PackedMatrix& matrix, int64_t p,
                         const float* const* rows, float* base);

}  // namespace fusedrnn
