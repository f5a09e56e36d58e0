// f32_{lstm,gru,rnn}_backward: gradients of the gate mathematics of one step, from the activated
// values: sigmoid' = s (1 - s), tanh' = 1 - t t.
#pragma once

#include <cstdint>

#include "cells-inl.h"
#include "fusedrnn/fusedrnn.h"
#include "kernel_args.h"
#include "pointwise-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

FUSEDRNN_INLINE F SigmoidSlope(F s) { return Mul(s, Sub(Set(1.0f), s)); }
FUSEDRNN_INLINE F TanhSlope(F t) { return Fnma(t, t, Set(1.0f)); }

// With dh of h = o tanh(c) and dc from the next step: dc += dh o tanh'(c), which the clip stops;
// then through c = f c_prev + i g.
static void f32_lstm_backward(const PointwiseBackwardArgs& args) {
  const int64_t hidden = args.hidden;
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    const int64_t stride = args.gates.gate_stride;
    const float* gates = GateAt(args.gates, row, unit / kWidth);
    const F i = LoadUpTo(gates, n);
    const F f = LoadUpTo(gates + stride, n);
    const F g = LoadUpTo(gates + 2 * stride, n);
    const F o = LoadUpTo(gates + 3 * stride, n);
    const F c = LoadUpTo(args.c + row * args.ld_c + unit, n);
    const F c_prev = LoadUpTo(args.c_prev + row * args.ld_c_prev + unit, n);
    const F dh = LoadUpTo(args.dh + row * args.ld_dh + unit, n);
    float* dc_at = args.dc + row * args.ld_dc + unit;
    const F tanh_c = Tanh(c);
    F dc = Fma(Mul(dh, o), TanhSlope(tanh_c), LoadUpTo(dc_at, n));
    if (args.cell_clip > 0.0f) {
      dc = Select(Less(Abs(c), Set(args.cell_clip)), dc, Zero());
    }
    float* out = args.dgates + row * args.ld_dgates + unit;
    StoreUpTo(out, Mul(Mul(dc, g), SigmoidSlope(i)), n);
    StoreUpTo(out + hidden, Mul(Mul(dc, c_prev), SigmoidSlope(f)), n);
    StoreUpTo(out + 2 * hidden, Mul(Mul(dc, i), TanhSlope(g)), n);
    StoreUpTo(out + 3 * hidden, Mul(Mul(dh, tanh_c), SigmoidSlope(o)), n);
    StoreUpTo(dc_at, Mul(dc, f), n);
  });
}

// Through h = n + z (h_prev - n) and n = tanh(input_n + r hidden_n).
static void f32_gru_backward(const PointwiseBackwardArgs& args) {
  const int64_t hidden = args.hidden;
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    const int64_t stride = args.gates.gate_stride;
    const float* gates = GateAt(args.gates, row, unit / kWidth);
    const F r = LoadUpTo(gates, n);
    const F z = LoadUpTo(gates + stride, n);
    const F candidate = LoadUpTo(gates + 2 * stride, n);
    const F hidden_n = LoadUpTo(args.hidden_n + row * args.ld_hidden_n + unit, n);
    const F h_prev = LoadUpTo(args.h_prev + row * args.ld_h_prev + unit, n);
    const F dh = LoadUpTo(args.dh + row * args.ld_dh + unit, n);
    const F dn = Mul(Mul(dh, Sub(Set(1.0f), z)), TanhSlope(candidate));
    const F dr = Mul(Mul(dn, hidden_n), SigmoidSlope(r));
    const F dz = Mul(Mul(dh, Sub(h_prev, candidate)), SigmoidSlope(z));
    float* out = args.dgates + row * args.ld_dgates + unit;
    StoreUpTo(out, dr, n);
    StoreUpTo(out + hidden, dz, n);
    StoreUpTo(out + 2 * hidden, dn, n);
    float* out_hidden = args.dgates_hidden + row * args.ld_dgates_hidden + unit;
    StoreUpTo(out_hidden, dr, n);
    StoreUpTo(out_hidden + hidden, dz, n);
    StoreUpTo(out_hidden + 2 * hidden, Mul(dn, r), n);
    StoreUpTo(args.dh_direct + row * args.ld_dh_direct + unit, Mul(dh, z), n);
  });
}

static void f32_rnn_backward(const PointwiseBackwardArgs& args) {
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    const F h = LoadUpTo(args.h + row * args.ld_h + unit, n);
    F d = LoadUpTo(args.dh + row * args.ld_dh + unit, n);
    switch (args.activation) {
      case FR_ACT_TANH:
        d = Mul(d, TanhSlope(h));
        break;
      case FR_ACT_SIGMOID:
        d = Mul(d, SigmoidSlope(h));
        break;
      case FR_ACT_RELU:
        d = Select(Less(Zero(), h), d, Zero());
        break;
      default:  // FR_ACT_IDENTITY
        break;
    }
    StoreUpTo(args.dgates + row * args.ld_dgates + unit, d, n);
  });
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
