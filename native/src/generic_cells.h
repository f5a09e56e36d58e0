// Gates of the cells that the fused kernels do not compute, in plain code: any activation, clipped
// pre-activations, peepholes, coupled gates, a GRU whose reset gate comes before the product or not
// at all. Rows of gates are gate-major: LSTM i f g o, GRU r z n.
//
// Forward leaves the complete pre-activations in `gates` (with peepholes and, for gate n of a GRU,
// the recurrent part), before the clip: that is what backward starts from. gate_clip bounds what
// enters a gate's activation; a gate's gradient is 0 where it bound.
#pragma once

#include <cstdint>

#include "desc.h"

namespace fusedrnn {

struct GenericArgs {
  const Shape* shape;
  Activations activations;
  const float* peephole;     // [3*H], i f o, or nullptr
  const float* hidden_bias;  // GRU, reset after: [H]
  int64_t rows;
  int64_t ld_hidden;  // of every [R, H] buffer without its own leading dimension
  float* gates;       // [R, G*H]
  int64_t ld_gates;
  const float* recurrent;  // GRU, reset after: W_hh h, [R, 3*H]
  int64_t ld_recurrent;
  const float* h_prev;
  int64_t ld_h_prev;
  float* h_out;
  int64_t ld_h_out;
  const float* c_prev;
  int64_t ld_c_prev;
  float* c_out;  // may be c_prev
  int64_t ld_c_out;
  float* reset_h;   // GRU, reset before: r∘h_prev, [R, H]
  float* hidden_n;  // GRU, reset after: W_hn h + b_hn, [R, H], or nullptr
};

void GenericRnnForward(const GenericArgs& args) noexcept;
void GenericLstmForward(const GenericArgs& args) noexcept;
// GRU, reset before: r∘h_prev from the finished gate r; then, after the product of gate n,
// GenericGruForward.
void GenericGruReset(const GenericArgs& args) noexcept;
void GenericGruForward(const GenericArgs& args) noexcept;

struct GenericBackwardArgs {
  const Shape* shape;
  Activations activations;
  const float* peephole;
  int64_t rows;
  int64_t ld_hidden;  // of every [R, H] buffer without its own leading dimension
  const float* gates;
  int64_t ld_gates;
  const float* dh;
  int64_t ld_dh;
  const float* h_prev;
  int64_t ld_h_prev;
  const float* c_prev;
  int64_t ld_c_prev;
  const float* c;
  float* dc;          // in: gradient of c; out: of c_prev
  double* dpeephole;  // [3*H], added to, rows ascending; or nullptr
  const float* hidden_n;
  const float* dreset_h;  // GRU, reset before: gradient of r∘h_prev, [R, H]
  int64_t ld_dreset_h;
  float* dgates;  // [R, G*H]; rows of unused gates are set to 0
  int64_t ld_dgates;
  float* dgates_hidden;  // GRU, reset after
  float* dh_direct;      // GRU: the part of dh_prev that passes no product
  int64_t ld_dh_direct;
};

void GenericRnnBackward(const GenericBackwardArgs& args) noexcept;
void GenericLstmBackward(const GenericBackwardArgs& args) noexcept;
// GRU: all but what needs the gradient of r∘h_prev; then, with reset before,
// GenericGruResetBackward.
void GenericGruBackward(const GenericBackwardArgs& args) noexcept;
void GenericGruResetBackward(const GenericBackwardArgs& args) noexcept;
// reset_h = r∘h_prev again, for the gradient of W_hn.
void GenericGruResetAgain(const GenericBackwardArgs& args, float* reset_h) noexcept;

}  // namespace fusedrnn
