// What a .cu file finds when it is compiled for the host: the words of CUDA that our kernels use.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace fakecuda {

struct Index3 {
  unsigned x = 0;
  unsigned y = 0;
  unsigned z = 0;
};

void BlockBarrier();
void WarpBarrier();
// Index of the running thread in its block.
unsigned ThreadOfBlock();

// Value of another lane of the warp; every thread that takes part calls it.
template <typename T>
T Exchange(T value, unsigned lane) {
  static T slots[1024];
  const unsigned self = ThreadOfBlock();
  slots[self] = value;
  WarpBarrier();
  const T other = slots[self / 32 * 32 + lane % 32];
  WarpBarrier();
  return other;
}

}  // namespace fakecuda

extern fakecuda::Index3 threadIdx;
extern fakecuda::Index3 blockIdx;
extern fakecuda::Index3 blockDim;
extern fakecuda::Index3 gridDim;

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
#define __constant__ static
#define __launch_bounds__(...)
// Blocks run one after the other.
#define __shared__ static
#define warpSize 32

using std::isfinite;
using std::isinf;
using std::isnan;

inline void __syncthreads() { fakecuda::BlockBarrier(); }
inline void __syncwarp(unsigned = 0xffffffffU) { fakecuda::WarpBarrier(); }
inline void __threadfence() {}

template <typename T>
T __shfl_down_sync(unsigned, T value, unsigned delta, int = 32) {
  const unsigned lane = fakecuda::ThreadOfBlock() % 32;
  return fakecuda::Exchange(value, lane + delta < 32 ? lane + delta : lane);
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int bits, int = 32) {
  return fakecuda::Exchange(value, (fakecuda::ThreadOfBlock() % 32) ^ static_cast<unsigned>(bits));
}
template <typename T>
T __shfl_sync(unsigned, T value, int lane, int = 32) {
  return fakecuda::Exchange(value, static_cast<unsigned>(lane));
}

template <typename T>
T __ldg(const T* p) {
  return *p;
}

inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline float rsqrtf(float a) { return 1 / std::sqrt(a); }
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>((uint64_t{a} * b) >> 32);
}
inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float __int_as_float(int bits) { return __uint_as_float(static_cast<unsigned>(bits)); }
inline int __float_as_int(float value) { return static_cast<int>(__float_as_uint(value)); }

template <typename T>
T atomicAdd(T* at, T value) {
  const T before = *at;
  *at += value;
  return before;
}
template <typename T>
T min(T a, T b) {
  return b < a ? b : a;
}
template <typename T>
T max(T a, T b) {
  return a < b ? b : a;
}
