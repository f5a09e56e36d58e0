// Backward of one time step's gates and products, whichever way the layer is computed.
#pragma once

#include <cstdint>

#include "pack.h"
#include "plan.h"
#include "reserve.h"
#include "team.h"

namespace fusedrnn {

struct BackwardStep {
  int64_t rows;
  int64_t packed_row;    // of the step's first row, in every saved buffer
  int64_t gradient_row;  // of the step's first row, in the buffers of a chunk: dgates and its like
  SavedDirection saved;
  const float* dh;  // gradient of h before the projection, complete, [rows, H]
  int64_t ld_dh;
  const float* c_prev;     // LSTM: of the first `continuing` rows
  const float* c_initial;  // LSTM: of the others, row j at row j; ld_hidden both
  int64_t continuing;
  double* dpeephole;
  PrefetchList prefetch;  // what the next step reads first
};

// dgates (and dgates_hidden) of the step's rows; dc becomes that of c_prev; GRU: dh_direct into
// dh[1] of the plan. The team shares the rows.
void GatesBackward(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const BackwardStep& step, int64_t direction, const Team& team) noexcept;

// dh_prev [rows, recurrent] into dh[0] of the plan, through the recurrent product, which fetches
// step->ahead meanwhile. The team shares the rows, or the panels of columns.
void RecurrentBackward(const fr_plan& plan, const fr_packed& packed,
                       const DirectionWeights& weights, BackwardStep* step, bool by_rows,
                       const Team& team) noexcept;

}  // namespace fusedrnn
