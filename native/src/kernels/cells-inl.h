// The gate mathematics of the standard cells, for the n units from `unit` on of one row: one body
// for the fused steps and for the pointwise kernels, whose argument structs share the names of the
// fields used here. Formulas: LSTM of Hochreiter & Schmidhuber 1997 with the forget gate of Gers et
// al. 2000; GRU of Cho et al. 2014 with the reset gate after the recurrent product; Elman's RNN.
#pragma once

#include <cstdint>

#include "kernel_args.h"
#include "math-inl.h"
#include "tile-inl.h"
#include "vec-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

// The lanes of [H] that a vector from unit on covers.
FUSEDRNN_INLINE int64_t LanesFrom(int64_t unit, int64_t hidden) {
  return hidden - unit < kWidth ? hidden - unit : kWidth;
}

// body(row, unit, n) for every vector of units of every row.
template <class Args, class Body>
FUSEDRNN_INLINE void ForUnits(const Args& args, const Body& body) {
  for (int64_t row = 0; row < args.rows; ++row) {
    for (int64_t unit = 0; unit < args.hidden; unit += kWidth) {
      body(row, unit, LanesFrom(unit, args.hidden));
    }
  }
}

// i, f, o = sigmoid, g = tanh of the pre-activations; c' = f c + i g, clipped; h' = o tanh(c').
template <class Args>
FUSEDRNN_INLINE void LstmUnits(const Args& args, int64_t row, int64_t unit, int64_t n,
                               const F (&pre)[4], float* saved, int64_t gate_stride) {
  const F i = Sigmoid(pre[0]);
  const F f = Sigmoid(pre[1]);
  const F g = Tanh(pre[2]);
  const F o = Sigmoid(pre[3]);
  F c = Fma(f, LoadUpTo(args.c_prev + row * args.ld_c_prev + unit, n), Mul(i, g));
  if (args.cell_clip > 0.0f) {
    c = Max(Set(-args.cell_clip), Min(Set(args.cell_clip), c));
  }
  StoreUpTo(args.c_out + row * args.ld_c_out + unit, c, n);
  StoreUpTo(args.h_out + row * args.ld_h_out + unit, Mul(o, Tanh(c)), n);
  if (args.save) {
    StoreUpTo(saved, i, n);
    StoreUpTo(saved + gate_stride, f, n);
    StoreUpTo(saved + 2 * gate_stride, g, n);
    StoreUpTo(saved + 3 * gate_stride, o, n);
  }
}

// r, z = sigmoid; n = tanh(input_n + r hidden_n), hidden_n = W_hn h + b_hn; h' = (1 - z) n + z h,
// as n + z (h - n).
template <class Args>
FUSEDRNN_INLINE void GruUnits(const Args& args, int64_t row, int64_t unit, int64_t n, F pre_r,
                              F pre_z, F input_n, F hidden_n, float* saved, int64_t gate_stride) {
  const F r = Sigmoid(pre_r);
  const F z = Sigmoid(pre_z);
  const F candidate = Tanh(Fma(r, hidden_n, input_n));
  const F h = LoadUpTo(args.h_prev + row * args.ld_h_prev + unit, n);
  StoreUpTo(args.h_out + row * args.ld_h_out + unit, Fma(z, Sub(h, candidate), candidate), n);
  if (args.save) {
    StoreUpTo(saved, r, n);
    StoreUpTo(saved + gate_stride, z, n);
    StoreUpTo(saved + 2 * gate_stride, candidate, n);
    StoreUpTo(args.hidden_n + row * args.ld_hidden_n + unit, hidden_n, n);
  }
}

// h' = f(pre).
template <class Args>
FUSEDRNN_INLINE void RnnUnits(const Args& args, int64_t row, int64_t unit, int64_t n, F pre) {
  StoreUpTo(args.h_out + row * args.ld_h_out + unit, Activate(args.activation, pre), n);
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
