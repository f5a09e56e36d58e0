// Forward of all layers: an input product per chunk of rows, then the steps.
#pragma once

#include <cstdint>

#include "pass.h"

namespace fusedrnn {

struct ForwardPass : Pass {
  ForwardPass(const fr_plan& the_plan, const fr_packed& the_packed, const Call& the_call)
      : Pass(the_plan, the_packed, the_call),
        schedule(the_plan.ScheduleFor(the_call.t, the_call.n)),
        saves(the_call.reserve != nullptr) {}

  const Schedule schedule;
  const bool saves;  // training: keep what backward reads

  // Merged output of a layer that has another above it, in packed rows.
  float* Output(int64_t layer) const {
    return saves ? reserve.Output(call.reserve, layer) : plan.At(plan.layout.output[layer & 1]);
  }

  // With one step the input product is computed in the same pass over the panels as the recurrent
  // one: W is read once in either case, but then in one order, which the next call reverses.
  bool FusesInput() const { return g.fused && sequence.steps() == 1; }
  // h is written to the layer's output, without a copy.
  bool InPlace(int64_t layer) const {
    if (shape.projection > 0 || shape.desc.merge_sum != 0) return false;
    return call.n == 1 || (call.t == 1 && (layer + 1 < shape.layers || sequence.direct()));
  }
  // hn is h0, which other threads may read until the one step is done: hn is written after it.
  bool DefersFinalState(int64_t layer) const {
    return schedule.partition == Partition::kUnits && call.t == 1 && sequence.direct() &&
           call.hn != nullptr && call.hn == call.h0 && InPlace(layer);
  }
};

// The arguments have been checked. Throws Failure before anything is written, if at all.
void RunForward(fr_plan* plan, const fr_packed& packed, const Call& call);

}  // namespace fusedrnn
