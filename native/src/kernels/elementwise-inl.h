// f32_activate, f32_exp, f32_softmax_row: functions of vectors of any length.
#pragma once

#include <cstdint>

#include "cells-inl.h"
#include "math-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

static void f32_activate(int32_t activation, const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; i += kWidth) {
    StoreUpTo(y + i, Activate(activation, LoadUpTo(x + i, n - i)), n - i);
  }
}

static void f32_exp(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; i += kWidth) StoreUpTo(y + i, Exp(LoadUpTo(x + i, n - i)), n - i);
}

// The sum runs in every lane with the rounding error of each addition kept beside it (Knuth's
// two-sum), then over the lanes in order in float64: as good as float64 throughout, at the speed of
// float32.
static double f32_softmax_row(const float* x, int64_t n, float* y) {
  float lanes[kWidth];
  float errors[kWidth];
  F most = Set(x[0]);
  for (int64_t i = 0; i < n; i += kWidth) {
    const int64_t left = n - i;
    const F at =
        left >= kWidth ? Load(x + i) : Select(FirstLanes(left), LoadFirst(x + i, left), most);
    most = Max(most, at);
  }
  Store(lanes, most);
  float max = lanes[0];
  for (int i = 1; i < kWidth; ++i) max = lanes[i] > max ? lanes[i] : max;

  F sum = Zero();
  F error = Zero();
  for (int64_t i = 0; i < n; i += kWidth) {
    const int64_t left = n - i;
    F e = Exp(Sub(LoadUpTo(x + i, left), Set(max)));
    if (left < kWidth) e = Select(FirstLanes(left), e, Zero());
    if (y != nullptr) StoreUpTo(y + i, e, left);
    const F next = Add(sum, e);
    const F took = Sub(next, sum);
    error = Add(error, Add(Sub(sum, Sub(next, took)), Sub(e, took)));
    sum = next;
  }
  Store(lanes, sum);
  Store(errors, error);
  double total = 0.0;
  for (int i = 0; i < kWidth; ++i) {
    total += static_cast<double>(lanes[i]) + static_cast<double>(errors[i]);
  }
  if (y != nullptr) {
    const F divisor = Set(static_cast<float>(total));
    for (int64_t i = 0; i < n; i += kWidth) {
      StoreUpTo(y + i, Div(LoadUpTo(y + i, n - i), divisor), n - i);
    }
  }
  return __builtin_log(total) + static_cast<double>(max);
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
