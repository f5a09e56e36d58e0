// Operations on each element for itself: one thread strides over the array.
#include "kernel_base.h"

extern "C" __global__ void fr_cuda_scale(float* x, float factor, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) x[i] *= factor;
}

// NaN stays: it is neither below nor above.
extern "C" __global__ void fr_cuda_clamp(float* x, float low, float high, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) {
    const float value = x[i];
    x[i] = value < low ? low : value > high ? high : value;
  }
}

extern "C" __global__ void fr_cuda_axpy(float a, const float* x, float* y, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) y[i] += a * x[i];
}

// y[r, :] += bias
extern "C" __global__ void fr_cuda_add_bias(float* y, const float* bias, fr_i64 rows, fr_i64 cols) {
  const fr_i64 n = rows * cols;
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) y[i] += bias[i % cols];
}
