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
// i, f and g share one division, o and tanh(c') another: that gains 2 to 4 % of a step at H = 64
// and costs accuracy (sampled worst errors: i 4.8, f 4, g 5.2, o tanh(c') 5.4 ulp; gates_test.cc
// derives bounds and holds every instruction set to them).
template <class Args>
FUSEDRNN_INLINE void LstmUnits(const Args& args, int64_t row, int64_t unit, int64_t n,
                               const F (&pre)[4], float* saved, int64_t gate_stride) {
  const Ratio i = SigmoidRatio(pre[0]);
  const Ratio f = SigmoidRatio(pre[1]);
  const Ratio g = TanhRatio(pre[2]);
  const Ratio o = SigmoidRatio(pre[3]);
  const F both = Mul(i.bottom, g.bottom);
  const F inverse = Div(Set(1.0f), Mul(f.bottom, both));
  const F of_both = Mul(f.bottom, inverse);
  const F forget = Mul(f.top, Mul(both, inverse));
  F c = Fma(forget, LoadUpTo(args.c_prev + row * args.ld_c_prev + unit, n),
            Mul(Mul(i.top, g.top), of_both));
  if (args.cell_clip > 0.0f) {
    c = Max(Set(-args.cell_clip), Min(Set(args.cell_clip), c));
  }
  StoreUpTo(args.c_out + row * args.ld_c_out + unit, c, n);
  const Ratio squashed = TanhRatio(c);
  StoreUpTo(args.h_out + row * args.ld_h_out + unit,
            Div(Mul(o.top, squashed.top), Mul(o.bottom, squashed.bottom)), n);
  if (args.save) {
    // Three roundings can carry i and g past 1, where their slopes would be negative. A result of
    // one product with a rounded inverse, as f is, cannot pass it.
    const F one = Set(1.0f);
    StoreUpTo(saved, Min(one, Mul(i.top, Mul(g.bottom, of_both))), n);
    StoreUpTo(saved + gate_stride, forget, n);
    const F squash = Min(one, Mul(g.top, Mul(i.bottom, of_both)));
    StoreUpTo(saved + 2 * gate_stride, Max(Set(-1.0f), squash), n);
    StoreUpTo(saved + 3 * gate_stride, Div(o.top, o.bottom), n);
  }
}

// r, z = sigmoid; n = tanh(input_n + r hidden_n), hidden_n = W_hn h + b_hn; h' = (1 - z) n + z h,
// as n + z (h - n). z and n share a division.
template <class Args>
FUSEDRNN_INLINE void GruUnits(const Args& args, int64_t row, int64_t unit, int64_t n, F pre_r,
                              F pre_z, F input_n, F hidden_n, float* saved, int64_t gate_stride) {
  const F r = Sigmoid(pre_r);
  const Ratio update = SigmoidRatio(pre_z);
  const Ratio squashed = TanhRatio(Fma(r, hidden_n, input_n));
  const F inverse = Div(Set(1.0f), Mul(update.bottom, squashed.bottom));
  const F z = Mul(update.top, Mul(squashed.bottom, inverse));
  const F candidate = Mul(squashed.top, Mul(update.bottom, inverse));
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
