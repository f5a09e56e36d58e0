// Gates of the cells that the vector kernels do not compute, in plain code: any activation, clipped
// pre-activations, peepholes, coupled gates, a GRU whose reset gate comes before the product or not
// at all. Rows of gates are gate-major: LSTM i f g o, GRU r z n.
//
// Forward leaves the complete pre-activations in `gates` (with peepholes and, for gate n of a GRU,
// the recurrent part), before the clip: backward starts from them. gate_clip bounds the input of a
// gate's activation; a gate's gradient is 0 where it was clipped.
#pragma once

#include <cstdint>

#include "desc.h"
#include "kernels/kernel_args.h"

namespace fusedrnn {

struct GenericArgs : PointwiseArgs {
  const Shape* shape;
  Activations activations;
  const float* peephole;  // [3*H], i f o, or nullptr
  float* reset_h;         // GRU, reset before: r∘h_prev, [R, H]
  int64_t ld_reset_h;
};

void GenericForward(const GenericArgs& args) noexcept;
// GRU, reset before: r∘h_prev from the finished gate r; then, after the product of gate n,
// GenericForward.
void GenericGruReset(const GenericArgs& args) noexcept;

// dgates: rows of unused gates are set to 0.
struct GenericBackwardArgs : PointwiseBackwardArgs {
  const Shape* shape;
  Activations activations;
  const float* peephole;
  double* dpeephole;  // [3*H], added to, rows ascending; or nullptr
  float* dreset_h;    // GRU, reset before: gradient of r∘h_prev, [R, H]
  int64_t ld_dreset_h;
  float* reset_h;  // GRU, reset before: r∘h_prev, recomputed for the gradient of W_hn, [R, H]
  int64_t ld_reset_h;
};

// GRU, reset before: all but what needs the gradient of r∘h_prev; then GenericGruResetBackward.
void GenericBackward(const GenericBackwardArgs& args) noexcept;
// Reads dreset_h; writes reset_h.
void GenericGruResetBackward(const GenericBackwardArgs& args) noexcept;

}  // namespace fusedrnn
