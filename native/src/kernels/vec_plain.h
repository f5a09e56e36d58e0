// Four floats in standard C++, for any processor, and the meaning of the operations that every
// vec_<isa>.h has.
#pragma once

#include <cstdint>

#define FUSEDRNN_ISA plain
#define FUSEDRNN_INLINE static inline __attribute__((always_inline))

namespace fusedrnn {
namespace FUSEDRNN_ISA {

constexpr int kWidth = 4;

struct F {
  float lane[kWidth];
};
struct Mask {
  bool lane[kWidth];
};

// Rows of a register tile with 4 and with 3 vectors: of the 16 SSE registers, 8 or 9 accumulate.
constexpr int kTileRows4 = 2;
constexpr int kTileRows3 = 3;

#define FUSEDRNN_EACH_LANE(expression)                       \
  F y;                                                       \
  for (int i = 0; i < kWidth; ++i) y.lane[i] = (expression); \
  return y

FUSEDRNN_INLINE F Set(float x) { FUSEDRNN_EACH_LANE(x); }
FUSEDRNN_INLINE F Zero() { FUSEDRNN_EACH_LANE(0.0f); }
// Any alignment.
FUSEDRNN_INLINE F Load(const float* p) { FUSEDRNN_EACH_LANE(p[i]); }
FUSEDRNN_INLINE void Store(float* p, F x) {
  for (int i = 0; i < kWidth; ++i) p[i] = x.lane[i];
}
// True in the lanes below n, 0 <= n <= width.
FUSEDRNN_INLINE Mask FirstLanes(int64_t n) {
  Mask y;
  for (int i = 0; i < kWidth; ++i) y.lane[i] = i < n;
  return y;
}
// Touches p[0 .. n-1] only, 0 <= n <= width; the other lanes are 0.
FUSEDRNN_INLINE F LoadFirst(const float* p, int64_t n) { FUSEDRNN_EACH_LANE(i < n ? p[i] : 0.0f); }
FUSEDRNN_INLINE void StoreFirst(float* p, F x, int64_t n) {
  for (int i = 0; i < kWidth; ++i) {
    if (i < n) p[i] = x.lane[i];
  }
}

FUSEDRNN_INLINE F Add(F a, F b) { FUSEDRNN_EACH_LANE(a.lane[i] + b.lane[i]); }
FUSEDRNN_INLINE F Sub(F a, F b) { FUSEDRNN_EACH_LANE(a.lane[i] - b.lane[i]); }
FUSEDRNN_INLINE F Mul(F a, F b) { FUSEDRNN_EACH_LANE(a.lane[i] * b.lane[i]); }
FUSEDRNN_INLINE F Div(F a, F b) { FUSEDRNN_EACH_LANE(a.lane[i] / b.lane[i]); }
// a b + c, rounded once; here alone twice.
FUSEDRNN_INLINE F Fma(F a, F b, F c) { FUSEDRNN_EACH_LANE(a.lane[i] * b.lane[i] + c.lane[i]); }
// c - a b, likewise.
FUSEDRNN_INLINE F Fnma(F a, F b, F c) { FUSEDRNN_EACH_LANE(c.lane[i] - a.lane[i] * b.lane[i]); }
// A NaN in b comes through; what a NaN in a does differs from set to set.
FUSEDRNN_INLINE F Min(F a, F b) {
  FUSEDRNN_EACH_LANE(a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]);
}
FUSEDRNN_INLINE F Max(F a, F b) {
  FUSEDRNN_EACH_LANE(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]);
}

FUSEDRNN_INLINE F Abs(F x) { FUSEDRNN_EACH_LANE(__builtin_fabsf(x.lane[i])); }
FUSEDRNN_INLINE F CopySign(F magnitude, F sign) {
  FUSEDRNN_EACH_LANE(__builtin_copysignf(magnitude.lane[i], sign.lane[i]));
}
// False where either is NaN.
FUSEDRNN_INLINE Mask Less(F a, F b) {
  Mask y;
  for (int i = 0; i < kWidth; ++i) y.lane[i] = a.lane[i] < b.lane[i];
  return y;
}
FUSEDRNN_INLINE F Select(Mask mask, F yes, F no) {
  FUSEDRNN_EACH_LANE(mask.lane[i] ? yes.lane[i] : no.lane[i]);
}

// 2^n, -126 <= n <= 127, given n + 1.5 * 2^23: there n stands in the low bits, and moves into the
// exponent by one shift.
FUSEDRNN_INLINE F PowerOfTwo(F shifted) {
  F y;
  for (int i = 0; i < kWidth; ++i) {
    uint32_t bits;
    __builtin_memcpy(&bits, &shifted.lane[i], sizeof bits);
    bits = (bits << 23) + 0x3F800000u;
    __builtin_memcpy(&y.lane[i], &bits, sizeof bits);
  }
  return y;
}
// x 2^n for a whole n, -252 <= n <= 254, through subnormals to 0 and to infinity.
FUSEDRNN_INLINE F Scale(F x, F n) {
  const F shift = Set(12582912.0f);
  const F half = Fma(n, Set(0.5f), shift);
  const F rest = Add(Sub(n, Sub(half, shift)), shift);
  return Mul(Mul(x, PowerOfTwo(half)), PowerOfTwo(rest));
}

// Into the nearest cache, and into the second.
FUSEDRNN_INLINE void PrefetchNear(const float* p) { __builtin_prefetch(p, 0, 3); }
FUSEDRNN_INLINE void PrefetchFar(const float* p) { __builtin_prefetch(p, 0, 2); }

#undef FUSEDRNN_EACH_LANE

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
