// Sixteen floats in one AVX-512F register. The operations are those of every vec_<isa>.h; what they
// mean is said in vec_plain.h.
#pragma once

// GCC 12's own header spells "undefined" as a variable initialised with itself, and then warns
// about it where it is inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include <cstdint>

#ifndef FUSEDRNN_ISA
#define FUSEDRNN_ISA avx512
#endif
#define FUSEDRNN_INLINE static inline __attribute__((always_inline))

namespace fusedrnn {
namespace FUSEDRNN_ISA {

using F = __m512;
using Mask = __mmask16;

constexpr int kWidth = 16;
// Rows of a register tile with 4 and with 3 vectors: of 32 registers, 6*4 or 8*3 accumulate.
constexpr int kTileRows4 = 6;
constexpr int kTileRows3 = 8;

FUSEDRNN_INLINE F Set(float x) { return _mm512_set1_ps(x); }
FUSEDRNN_INLINE F Zero() { return _mm512_setzero_ps(); }
FUSEDRNN_INLINE F Load(const float* p) { return _mm512_loadu_ps(p); }
FUSEDRNN_INLINE void Store(float* p, F x) { _mm512_storeu_ps(p, x); }
FUSEDRNN_INLINE Mask FirstLanes(int64_t n) {
  return static_cast<__mmask16>((1u << static_cast<unsigned>(n)) - 1u);
}
FUSEDRNN_INLINE F LoadFirst(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(FirstLanes(n), p);
}
FUSEDRNN_INLINE void StoreFirst(float* p, F x, int64_t n) {
  _mm512_mask_storeu_ps(p, FirstLanes(n), x);
}

FUSEDRNN_INLINE F Add(F a, F b) { return _mm512_add_ps(a, b); }
FUSEDRNN_INLINE F Sub(F a, F b) { return _mm512_sub_ps(a, b); }
FUSEDRNN_INLINE F Mul(F a, F b) { return _mm512_mul_ps(a, b); }
FUSEDRNN_INLINE F Div(F a, F b) { return _mm512_div_ps(a, b); }
FUSEDRNN_INLINE F Fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
FUSEDRNN_INLINE F Fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
FUSEDRNN_INLINE F Min(F a, F b) { return _mm512_min_ps(a, b); }
FUSEDRNN_INLINE F Max(F a, F b) { return _mm512_max_ps(a, b); }

FUSEDRNN_INLINE F Abs(F x) { return _mm512_abs_ps(x); }
FUSEDRNN_INLINE F MinusAbs(F x) {
  return _mm512_castsi512_ps(_mm512_or_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(INT32_MIN)));
}
FUSEDRNN_INLINE F CopySign(F magnitude, F sign) {
  // 0xD8: where the third operand's bit is set take the second's bit, else the first's.
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_castps_si512(magnitude),
                                                       _mm512_castps_si512(sign),
                                                       _mm512_set1_epi32(INT32_MIN), 0xD8));
}
FUSEDRNN_INLINE Mask Less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
FUSEDRNN_INLINE F Select(Mask mask, F yes, F no) { return _mm512_mask_blend_ps(mask, no, yes); }

FUSEDRNN_INLINE F PowerOfTwo(F shifted) {
  return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_slli_epi32(_mm512_castps_si512(shifted), 23),
                                              _mm512_set1_epi32(0x3F800000)));
}
FUSEDRNN_INLINE F Scale(F x, F n) { return _mm512_scalef_ps(x, n); }
FUSEDRNN_INLINE F ScaleDown(F x, F n, F) { return _mm512_scalef_ps(x, n); }

FUSEDRNN_INLINE F JoinPairs(F a, F b, bool high) {
  const __m512d x = _mm512_castps_pd(a), y = _mm512_castps_pd(b);
  return _mm512_castpd_ps(high ? _mm512_unpackhi_pd(x, y) : _mm512_unpacklo_pd(x, y));
}
FUSEDRNN_INLINE void Transpose(F (&rows)[kWidth]) {
  // In each group of four rows first: then lane L of rows[4 * group + j] is column 4 L + j of them.
#pragma GCC unroll 4
  for (int i = 0; i < kWidth; i += 4) {
    const F low0 = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
    const F high0 = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    const F low1 = _mm512_unpacklo_ps(rows[i + 2], rows[i + 3]);
    const F high1 = _mm512_unpackhi_ps(rows[i + 2], rows[i + 3]);
    rows[i] = JoinPairs(low0, low1, false);
    rows[i + 1] = JoinPairs(low0, low1, true);
    rows[i + 2] = JoinPairs(high0, high1, false);
    rows[i + 3] = JoinPairs(high0, high1, true);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const F even0 = _mm512_shuffle_f32x4(rows[j], rows[4 + j], 0x88);
    const F even1 = _mm512_shuffle_f32x4(rows[8 + j], rows[12 + j], 0x88);
    const F odd0 = _mm512_shuffle_f32x4(rows[j], rows[4 + j], 0xDD);
    const F odd1 = _mm512_shuffle_f32x4(rows[8 + j], rows[12 + j], 0xDD);
    rows[j] = _mm512_shuffle_f32x4(even0, even1, 0x88);
    rows[4 + j] = _mm512_shuffle_f32x4(odd0, odd1, 0x88);
    rows[8 + j] = _mm512_shuffle_f32x4(even0, even1, 0xDD);
    rows[12 + j] = _mm512_shuffle_f32x4(odd0, odd1, 0xDD);
  }
}

FUSEDRNN_INLINE void Prefetch(const float* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0);
}

FUSEDRNN_INLINE F LoadHalf(const uint16_t* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}

#ifdef __AVX512VNNI__

// vpdpbusd multiplies bytes without sign by bytes with: q + 32768 as a high and a low byte.
struct Int8Dot {
  // 3 rows need 31 of the 32 registers, and GCC 12 then stores 18 of 24 sums in every round.
  static constexpr int kRows = 2;
  static constexpr int kGroup = 4;
  static constexpr bool kInterleaved = true;
  static constexpr int32_t kOffset = 32768;
  struct Sum {
    __m512i low, high;
  };
  struct Input {
    __m512i low, high;
  };

  FUSEDRNN_INLINE Sum Nothing() { return Sum{_mm512_setzero_si512(), _mm512_setzero_si512()}; }
  FUSEDRNN_INLINE __m512i Weights(const int8_t* p) {
    return _mm512_loadu_si512(reinterpret_cast<const void*>(p));
  }
  FUSEDRNN_INLINE Input Broadcast(const uint8_t* row, int64_t padded, int64_t g) {
    return Input{_mm512_set1_epi32(reinterpret_cast<const int32_t*>(row)[g]),
                 _mm512_set1_epi32(reinterpret_cast<const int32_t*>(row + padded)[g])};
  }
  FUSEDRNN_INLINE void Add(Sum* sum, __m512i w, const Input& in) {
    sum->low = _mm512_dpbusd_epi32(sum->low, in.low, w);
    sum->high = _mm512_dpbusd_epi32(sum->high, in.high, w);
  }
  // Modulo 2^32, in which the result fits.
  FUSEDRNN_INLINE F Total(const Sum& sum, const int32_t* corrections) {
    const __m512i both = _mm512_add_epi32(sum.low, _mm512_slli_epi32(sum.high, 8));
    return _mm512_cvtepi32_ps(
        _mm512_add_epi32(both, _mm512_loadu_si512(reinterpret_cast<const void*>(corrections))));
  }
  FUSEDRNN_INLINE void StoreInput(uint8_t* row, int64_t padded, int64_t i, F shifted) {
    const __m512i q =
        _mm512_sub_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(0x4B400000 - kOffset));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row + i), _mm512_cvtepi32_epi8(q));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row + padded + i),
                     _mm512_cvtepi32_epi8(_mm512_srli_epi32(q, 8)));
  }
};

#else

// Weights widened to 16 bits.
struct Int8Dot {
  static constexpr int kRows = 6;
  static constexpr int kGroup = 2;
  static constexpr bool kInterleaved = true;
  static constexpr int32_t kOffset = 0;
  using Sum = __m512i;
  using Input = __m512i;

  FUSEDRNN_INLINE Sum Nothing() { return _mm512_setzero_si512(); }
  FUSEDRNN_INLINE __m512i Weights(const int8_t* p) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  FUSEDRNN_INLINE Input Broadcast(const uint8_t* row, int64_t, int64_t g) {
    return _mm512_set1_epi32(reinterpret_cast<const int32_t*>(row)[g]);
  }
  FUSEDRNN_INLINE void Add(Sum* sum, __m512i w, Input q) {
    *sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(w, q));
  }
  FUSEDRNN_INLINE F Total(Sum sum, const int32_t* corrections) {
    return _mm512_cvtepi32_ps(
        _mm512_add_epi32(sum, _mm512_loadu_si512(reinterpret_cast<const void*>(corrections))));
  }
  FUSEDRNN_INLINE void StoreInput(uint8_t* row, int64_t, int64_t i, F shifted) {
    const __m512i q = _mm512_sub_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(0x4B400000));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(row + 2 * i), _mm512_cvtepi32_epi16(q));
  }
};

#endif

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
