// f32_{lstm,gru,rnn}_pointwise: the gates of one step on finished products.
#pragma once

#include <cstdint>

#include "cells-inl.h"
#include "kernel_args.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

FUSEDRNN_INLINE float* GateAt(const GateView& view, int64_t row, int64_t block) {
  return view.base + row * view.ld + block * view.block_stride;
}

static void f32_lstm_pointwise(const PointwiseArgs& args) {
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    const int64_t stride = args.gates.gate_stride;
    float* gates = GateAt(args.gates, row, unit / kWidth);
    const F pre[4] = {LoadUpTo(gates, n), LoadUpTo(gates + stride, n),
                      LoadUpTo(gates + 2 * stride, n), LoadUpTo(gates + 3 * stride, n)};
    LstmUnits(args, row, unit, n, pre, gates, stride);
  });
}

static void f32_gru_pointwise(const PointwiseArgs& args) {
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    const int64_t stride = args.gates.gate_stride;
    float* gates = GateAt(args.gates, row, unit / kWidth);
    const float* recurrent = GateAt(args.recurrent, row, unit / kWidth);
    const int64_t recurrent_stride = args.recurrent.gate_stride;
    const F pre_r = Add(LoadUpTo(gates, n), LoadUpTo(recurrent, n));
    const F pre_z = Add(LoadUpTo(gates + stride, n), LoadUpTo(recurrent + recurrent_stride, n));
    const F hidden_n =
        Add(LoadUpTo(recurrent + 2 * recurrent_stride, n), LoadUpTo(args.hidden_bias + unit, n));
    GruUnits(args, row, unit, n, pre_r, pre_z, LoadUpTo(gates + 2 * stride, n), hidden_n, gates,
             stride);
  });
}

static void f32_rnn_pointwise(const PointwiseArgs& args) {
  ForUnits(args, [&](int64_t row, int64_t unit, int64_t n) {
    RnnUnits(args, row, unit, n, LoadUpTo(GateAt(args.gates, row, unit / kWidth), n));
  });
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
