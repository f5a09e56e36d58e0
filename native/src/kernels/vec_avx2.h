// Eight floats in one AVX register, with FMA. The operations are those of every vec_<isa>.h; what
// they mean is said in vec_plain.h.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define FUSEDRNN_ISA avx2
#define FUSEDRNN_INLINE static inline __attribute__((always_inline))

namespace fusedrnn {
namespace FUSEDRNN_ISA {

using F = __m256;
using Mask = __m256;

constexpr int kWidth = 8;
// Rows of a register tile with 4 and with 3 vectors: of 16 registers, 12 accumulate.
constexpr int kTileRows4 = 3;
constexpr int kTileRows3 = 4;

FUSEDRNN_INLINE F Set(float x) { return _mm256_set1_ps(x); }
FUSEDRNN_INLINE F Zero() { return _mm256_setzero_ps(); }
FUSEDRNN_INLINE F Load(const float* p) { return _mm256_loadu_ps(p); }
FUSEDRNN_INLINE void Store(float* p, F x) { _mm256_storeu_ps(p, x); }
FUSEDRNN_INLINE Mask FirstLanes(int64_t n) {
  return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                                                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
}
FUSEDRNN_INLINE F LoadFirst(const float* p, int64_t n) {
  return _mm256_maskload_ps(p, _mm256_castps_si256(FirstLanes(n)));
}
FUSEDRNN_INLINE void StoreFirst(float* p, F x, int64_t n) {
  _mm256_maskstore_ps(p, _mm256_castps_si256(FirstLanes(n)), x);
}

FUSEDRNN_INLINE F Add(F a, F b) { return _mm256_add_ps(a, b); }
FUSEDRNN_INLINE F Sub(F a, F b) { return _mm256_sub_ps(a, b); }
FUSEDRNN_INLINE F Mul(F a, F b) { return _mm256_mul_ps(a, b); }
FUSEDRNN_INLINE F Div(F a, F b) { return _mm256_div_ps(a, b); }
FUSEDRNN_INLINE F Fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
FUSEDRNN_INLINE F Fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }
FUSEDRNN_INLINE F Min(F a, F b) { return _mm256_min_ps(a, b); }
FUSEDRNN_INLINE F Max(F a, F b) { return _mm256_max_ps(a, b); }

FUSEDRNN_INLINE F Abs(F x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x); }
FUSEDRNN_INLINE F MinusAbs(F x) { return _mm256_or_ps(_mm256_set1_ps(-0.0f), x); }
FUSEDRNN_INLINE F CopySign(F magnitude, F sign) {
  const F bit = _mm256_set1_ps(-0.0f);
  return _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign));
}
FUSEDRNN_INLINE Mask Less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
FUSEDRNN_INLINE F Select(Mask mask, F yes, F no) { return _mm256_blendv_ps(no, yes, mask); }

FUSEDRNN_INLINE F PowerOfTwo(F shifted) {
  return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32(_mm256_castps_si256(shifted), 23),
                                              _mm256_set1_epi32(0x3F800000)));
}

FUSEDRNN_INLINE void Prefetch(const float* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn

#include "scale-inl.h"
