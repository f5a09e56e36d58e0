// What all threads and all layers of one forward call share. Nothing here changes during the call.
#pragma once

#include <cstdint>
#include <optional>

#include "forward.h"

namespace fusedrnn {

struct ForwardPass {
  ForwardPass(const fr_plan& the_plan, const fr_packed& the_packed, const ForwardCall& the_call,
              const Schedule& the_schedule)
      : plan(the_plan),
        packed(the_packed),
        call(the_call),
        schedule(the_schedule),
        sequence(the_plan.sequence),
        g(the_packed.geometry()),
        shape(the_packed.geometry().shape),
        saves(the_call.reserve != nullptr) {
    if (saves) reserve.emplace(g, call.t, call.n);
  }

  const fr_plan& plan;
  const fr_packed& packed;
  const ForwardCall& call;
  const Schedule& schedule;
  const PackedSequence& sequence;
  const Geometry& g;
  const Shape& shape;
  const bool saves;  // training: keep what backward reads
  std::optional<ReserveLayout> reserve;

  // Own rows of one layer and direction in [L*D, N, width] of the caller's.
  template <class T>
  T* State(T* states, int64_t layer, int64_t direction, int64_t width) const {
    if (states == nullptr) return nullptr;
    return states + (layer * shape.directions + direction) * call.n * width;
  }
  // Merged output of a layer that has another above it, in packed rows.
  float* Output(int64_t layer) const {
    return saves ? reserve->Output(call.reserve, layer) : plan.At(plan.layout.output[layer & 1]);
  }

  // With one step the input product is made in the same sweep as the recurrent one: W is read once
  // in either case, but then in one order, which the next call reverses.
  bool InputRides() const { return g.fused && sequence.steps() == 1; }
  // h is written where the layer's output lies.
  bool InPlace(int64_t layer) const {
    if (shape.projection > 0 || shape.desc.merge_sum != 0) return false;
    return call.n == 1 || (call.t == 1 && (layer + 1 < shape.layers || sequence.direct()));
  }
  // hn is h0, and other threads may read that until the one step is done.
  bool EndsLate(int64_t layer) const {
    return schedule.partition == Partition::kUnits && call.t == 1 && sequence.direct() &&
           call.hn != nullptr && call.hn == call.h0 && InPlace(layer);
  }
};

}  // namespace fusedrnn
