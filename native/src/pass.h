// One call of a plan, and what its forward and its backward pass share. Nothing here changes during
// the call, and all threads of the call use it.
#pragma once

#include <cstdint>

#include "pack.h"
#include "plan.h"
#include "reserve.h"
#include "team.h"

namespace fusedrnn {

// Addresses as in fr_infer and fr_call; nullptr = absent. Few enough fields for GCC to clear them
// with vector stores: what it does for more takes a twentieth of the smallest step.
struct Call {
  int64_t t, n;
  const int32_t* lengths;
  const float *x, *h0, *c0;
  float *y, *hn, *cn;
  float* reserve;  // training
  int64_t dropout_seed, dropout_call;
};

struct Pass {
  Pass(const fr_plan& the_plan, const fr_packed& the_packed, const Call& the_call)
      : plan(the_plan),
        packed(the_packed),
        call(the_call),
        sequence(the_plan.sequence),
        g(the_packed.geometry()),
        shape(the_packed.geometry().shape) {
    if (call.reserve != nullptr) reserve = ReserveLayout(g, call.t, call.n);
  }

  const fr_plan& plan;
  const fr_packed& packed;
  const Call& call;
  const PackedSequence& sequence;
  const Geometry& g;
  const Shape& shape;
  ReserveLayout reserve;

  // What training keeps of one layer and direction; all nullptr in inference.
  SavedDirection Saved(int64_t layer, int64_t direction) const {
    if (call.reserve == nullptr) return SavedDirection{};
    return reserve.Direction(call.reserve, layer, direction);
  }
  // The rows of one layer and direction in states [L*D, N, width] of the caller.
  template <class T>
  T* State(T* states, int64_t layer, int64_t direction, int64_t width) const {
    if (states == nullptr) return nullptr;
    return states + (layer * shape.directions + direction) * call.n * width;
  }

  // Rows of the caller's x, y or their gradients, [T, N, width], at times [begin, end), to and from
  // packed rows. `packed_rows` starts with the first row of time `begin`.
  void Gather(const float* from, int64_t width, int64_t begin, int64_t end,
              float* packed_rows) const;
  void Scatter(const float* packed_rows, int64_t width, int64_t begin, int64_t end,
               float* to) const;

  // What lies past the end of the sequences. The team shares the work.
  // values [T, N, width]: zeros after each row's last step.
  void ZeroPadding(float* values, int64_t width, const Team& team) const;
  // [L*D, N, width]: rows without any step keep their values, absent ones are zero.
  void CopyEmptyRows(const float* from, float* to, int64_t width, const Team& team) const;

  // Dropout of a layer's merged output, or of its gradient, in place. Ends with a barrier.
  void Dropout(int64_t layer, float* packed_rows, const Team& team) const;
};

}  // namespace fusedrnn
