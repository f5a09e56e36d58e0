// Backward through all layers: in chunks of steps the gradients of the gates, then those of weights
// and inputs.
#pragma once

#include <cstdint>

#include "pass.h"

namespace fusedrnn {

// Addresses as in fr_call; nullptr = absent.
struct CallGradients {
  const float *dy, *dhn, *dcn;
  float *dx, *dh0, *dc0;
  float* dweights;
};

struct BackwardPass : Pass {
  BackwardPass(const fr_plan& the_plan, const fr_packed& the_packed, const Call& the_call,
               const CallGradients& the_gradients)
      : Pass(the_plan, the_packed, the_call), gradients(the_gradients) {}

  const CallGradients& gradients;

  // Gradient of a layer's merged output, packed rows; for layers below the last.
  float* OutputGradient(int64_t layer) const { return plan.At(plan.layout.doutput[layer & 1]); }
  bool HasOutputGradient(int64_t layer) const {
    return layer + 1 < shape.layers || gradients.dy != nullptr;
  }
  const float* OutputGradientRow(int64_t layer, int64_t t, int64_t j) const {
    if (layer + 1 < shape.layers) {
      return OutputGradient(layer) + (sequence.Offset(t) + j) * shape.merged;
    }
    const int64_t row =
        sequence.direct() ? sequence.Offset(t) + j : sequence.CallerRow(t, sequence.BatchRow(j));
    return gradients.dy + row * shape.merged;
  }
};

// The arguments have been checked. Throws Failure before anything is written, if at all.
void RunBackward(fr_plan* plan, const fr_packed& packed, const Call& call,
                 const CallGradients& gradients);

}  // namespace fusedrnn
