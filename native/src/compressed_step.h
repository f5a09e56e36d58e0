// Products and steps of a layer whose weights are compressed.
#pragma once

#include <cstdint>

#include "pack.h"
#include "products.h"

namespace fusedrnn {

// Floats that one thread needs for the quantised inputs of a product of `rows` rows and of a step
// of at most `step_rows`; 0 unless int8.
int64_t QuantizedFloats(const Geometry& geometry, int64_t rows, int64_t step_rows);

// As Product of products.h; args.quantized is the calling thread's own memory.
void CompressedProduct(const fr_packed& packed, const PackedMatrix& matrix, const ProductArgs& args,
                       int64_t panel_begin, int64_t panel_end) noexcept;

// One fused step; all of `step` is set except its panels, which are not read.
void CompressedStep(const fr_packed& packed, const DirectionWeights& weights, const StepArgs& step,
                    float* quantized) noexcept;

}  // namespace fusedrnn
