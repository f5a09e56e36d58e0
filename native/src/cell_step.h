// One time step of one layer and direction, whichever way the layer is computed.
#pragma once

#include <cstdint>

#include "pack.h"
#include "plan.h"
#include "reserve.h"

namespace fusedrnn {

// Buffers of one step; h without projection is the state itself.
struct StepBuffers {
  int64_t rows;
  int64_t first;  // of these rows among the step's: where they lie in the plan's scratch rows
  int64_t
      step_count;  // counts the steps of all calls: every second one goes through W from its end
  float* gates;    // input part with biases, ld_gates; scratch where x is given
  const float* x;  // fused steps: the step's input, whose product is then made with the step's own
  int64_t ld_x;    // nullptr: it is in gates
  const float* h_prev;
  int64_t ld_h_prev;
  float* h;  // [rows, H]
  int64_t ld_h;
  const float* c_prev;  // LSTM
  int64_t ld_c_prev;
  float* c;
  int64_t ld_c;
  float* hidden_n;  // GRU, reset after, if save; ld_hidden
  bool save;
  float* quantized;  // int8 weights: this thread's memory of QuantizedFloats
};

// The columns of panels [panel_begin, panel_end) of the gates, which only the fused form can be
// split by.
void FusedStep(const fr_packed& packed, const DirectionWeights& weights, const StepBuffers& step,
               int64_t direction, int64_t panel_begin, int64_t panel_end) noexcept;

// Product and gates apart, on gate-major rows: OpenBLAS products or generic cells.
void GateMajorStep(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const StepBuffers& step, int64_t direction) noexcept;

}  // namespace fusedrnn
