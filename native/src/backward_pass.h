// What all threads and all layers of one backward call share. Nothing here changes during the call.
#pragma once

#include <cstdint>

#include "backward.h"

namespace fusedrnn {

// The steps [low, low + count) in time, whose rows are the first of dgates and its like.
struct GradientChunk {
  int64_t low, count;
  int64_t first_row, rows;  // packed rows
};

struct BackwardPass {
  BackwardPass(const fr_plan& the_plan, const fr_packed& the_packed, const BackwardCall& the_call)
      : plan(the_plan),
        packed(the_packed),
        call(the_call),
        sequence(the_plan.sequence),
        g(the_packed.geometry()),
        shape(the_packed.geometry().shape),
        reserve(the_packed.geometry(), the_call.t, the_call.n) {}

  const fr_plan& plan;
  const fr_packed& packed;
  const BackwardCall& call;
  const PackedSequence& sequence;
  const Geometry& g;
  const Shape& shape;
  const ReserveLayout reserve;

  SavedDirection Saved(int64_t layer, int64_t direction) const {
    return reserve.Direction(call.reserve, layer, direction);
  }
  // Own rows of one layer and direction in [L*D, N, width] of the caller's.
  template <class T>
  T* State(T* states, int64_t layer, int64_t direction, int64_t width) const {
    if (states == nullptr) return nullptr;
    return states + (layer * shape.directions + direction) * call.n * width;
  }
  // Gradient of a layer's merged output, packed rows; for layers below the last.
  float* OutputGradient(int64_t layer) const { return plan.At(plan.layout.doutput[layer & 1]); }
  bool HasOutputGradient(int64_t layer) const {
    return layer + 1 < shape.layers || call.dy != nullptr;
  }
  const float* OutputGradientRow(int64_t layer, int64_t t, int64_t j) const {
    if (layer + 1 < shape.layers) {
      return OutputGradient(layer) + (sequence.Offset(t) + j) * shape.merged;
    }
    const int64_t row =
        sequence.direct() ? sequence.Offset(t) + j : sequence.CallerRow(t, sequence.BatchRow(j));
    return call.dy + row * shape.merged;
  }
};

}  // namespace fusedrnn
