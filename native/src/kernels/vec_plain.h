// Four floats for any processor, and the meaning of the operations that every vec_<isa>.h has. It
// is the vector extension of GCC and Clang: one statement for four lanes, which the compiler spells
// in whatever the processor has (SSE2, scalar instructions). Lanes as an array of four in a loop
// took three times the code and, with sanitizers, minutes to compile.
#pragma once

#include <cstdint>

#define FUSEDRNN_ISA plain
#define FUSEDRNN_INLINE static inline __attribute__((always_inline))

namespace fusedrnn {
namespace FUSEDRNN_ISA {

constexpr int kWidth = 4;

typedef float F __attribute__((vector_size(16)));
typedef int32_t Bits __attribute__((vector_size(16)));
typedef float FAnywhere __attribute__((vector_size(16), aligned(4), may_alias));
using Mask = Bits;

// Rows of a register tile with 4 and with 3 vectors: of the 16 SSE registers, 8 or 9 accumulate.
constexpr int kTileRows4 = 2;
constexpr int kTileRows3 = 3;

FUSEDRNN_INLINE F Set(float x) { return F{x, x, x, x}; }
FUSEDRNN_INLINE F Zero() { return Set(0.0f); }
// Any alignment.
FUSEDRNN_INLINE F Load(const float* p) { return *reinterpret_cast<const FAnywhere*>(p); }
FUSEDRNN_INLINE void Store(float* p, F x) { *reinterpret_cast<FAnywhere*>(p) = x; }
// True in the lanes below n, 0 <= n <= width.
FUSEDRNN_INLINE Mask FirstLanes(int64_t n) {
  const int32_t count = static_cast<int32_t>(n);
  return Bits{0, 1, 2, 3} < Bits{count, count, count, count};
}
// Touches p[0 .. n-1] only, 0 <= n <= width; the other lanes are 0.
FUSEDRNN_INLINE F LoadFirst(const float* p, int64_t n) {
  F y = Zero();
  for (int64_t i = 0; i < n; ++i) y[i] = p[i];
  return y;
}
FUSEDRNN_INLINE void StoreFirst(float* p, F x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) p[i] = x[i];
}

FUSEDRNN_INLINE F Add(F a, F b) { return a + b; }
FUSEDRNN_INLINE F Sub(F a, F b) { return a - b; }
FUSEDRNN_INLINE F Mul(F a, F b) { return a * b; }
FUSEDRNN_INLINE F Div(F a, F b) { return a / b; }
// a b + c, rounded once; here alone twice.
FUSEDRNN_INLINE F Fma(F a, F b, F c) { return a * b + c; }
// c - a b, likewise.
FUSEDRNN_INLINE F Fnma(F a, F b, F c) { return c - a * b; }
// A NaN in b comes through; what a NaN in a does differs from set to set.
FUSEDRNN_INLINE F Min(F a, F b) { return a < b ? a : b; }
FUSEDRNN_INLINE F Max(F a, F b) { return a > b ? a : b; }

FUSEDRNN_INLINE F Abs(F x) {
  const int32_t kMagnitude = INT32_MAX;
  return (F)((Bits)x & kMagnitude);
}
FUSEDRNN_INLINE F MinusAbs(F x) {
  const int32_t kSign = INT32_MIN;
  return (F)((Bits)x | kSign);
}
FUSEDRNN_INLINE F CopySign(F magnitude, F sign) {
  const int32_t kSign = INT32_MIN;
  return (F)(((Bits)magnitude & ~kSign) | ((Bits)sign & kSign));
}
// False where either is NaN.
FUSEDRNN_INLINE Mask Less(F a, F b) { return a < b; }
FUSEDRNN_INLINE F Select(Mask mask, F yes, F no) { return mask ? yes : no; }

// 2^n, -126 <= n <= 127, given n + 1.5 * 2^23: there n stands in the low bits, and moves into the
// exponent by one shift.
FUSEDRNN_INLINE F PowerOfTwo(F shifted) {
  typedef uint32_t Unsigned __attribute__((vector_size(16)));
  return (F)(((Unsigned)shifted << 23) + 0x3F800000u);
}

// Into the nearest cache.
FUSEDRNN_INLINE void Prefetch(const float* p) { __builtin_prefetch(p, 0, 3); }

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn

#include "scale-inl.h"
