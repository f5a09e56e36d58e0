// What stands before, between and after cuDNN's layers: other numbers in memory, reversed time, the
// sum of two directions and its gradient, dropout masks, zeros in the padding; and numbers alone.
#include "kernel_base.h"

// IEEE half and bfloat16 as bits; rounding is to nearest, ties to even.
struct fr_half {
  unsigned short bits;
};
struct fr_bfloat {
  unsigned short bits;
};

__device__ inline fr_u32 fr_bits(float value) {
  union {
    float number;
    fr_u32 bits;
  } both;
  both.number = value;
  return both.bits;
}

__device__ inline float fr_number(fr_u32 bits) {
  union {
    fr_u32 bits;
    float number;
  } both;
  both.bits = bits;
  return both.number;
}

__device__ inline float fr_load(const float* from) { return *from; }

__device__ inline float fr_load(const fr_bfloat* from) {
  return fr_number(static_cast<fr_u32>(from->bits) << 16);
}

__device__ inline float fr_load(const fr_half* from) {
  const fr_u32 sign = (from->bits & 0x8000u) << 16;
  const fr_u32 exponent = (from->bits >> 10) & 31u, fraction = from->bits & 1023u;
  if (exponent == 31u) return fr_number(sign | 0x7F800000u | fraction << 13);
  if (exponent != 0u) return fr_number(sign | (exponent + 112u) << 23 | fraction << 13);
  // Subnormal: fraction * 2^-24, exact in float.
  const float small = static_cast<float>(fraction) * 5.9604644775390625e-8f;
  return sign != 0u ? -small : small;
}

__device__ inline void fr_store(float value, float* to) { *to = value; }

__device__ inline void fr_store(float value, fr_bfloat* to) {
  const fr_u32 bits = fr_bits(value);
  const bool nan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
  const fr_u32 rounded = nan ? bits | 0x00400000u : bits + 0x7FFFu + (bits >> 16 & 1u);
  to->bits = static_cast<unsigned short>(rounded >> 16);
}

__device__ inline void fr_store(float value, fr_half* to) {
  const fr_u32 bits = fr_bits(value);
  const fr_u32 sign = bits >> 16 & 0x8000u, size = bits & 0x7FFFFFFFu;
  fr_u32 half;
  if (size > 0x7F800000u) {
    half = 0x7E00u;  // NaN
  } else if (size >= 0x477FF000u) {
    half = 0x7C00u;  // from 65520 on
  } else if (size >= 0x38800000u) {
    half = (size - 0x38000000u + 0xFFFu + (size >> 13 & 1u)) >> 13;
  } else {
    // Below 2^-14: adding 0.5 puts the unit of 2^-24 into the last place, where the sum is rounded.
    half = fr_bits(fr_number(size) + 0.5f) - 0x3F000000u;
  }
  to->bits = static_cast<unsigned short>(sign | half);
}

// to[d, n, p * units + u] = kept(layer, t, n, u) scale sum over parts p of from[s, n, p * units +
// u], and 0 for t >= length(n). t is the caller's time; s is t, or length(n) - 1 - t where the side
// is reversed, and d likewise. Element (t, n, i) of a side lies at t * stride_t + n * stride_n + i.
// lengths may be null: every row has all steps. With one part on each side, nothing reversed and
// equal types to may be from.
template <typename From, typename To>
__device__ inline void fr_map(const From* from, To* to, const int* lengths, fr_i64 steps,
                              fr_i64 rows, fr_i64 units, fr_i64 from_t, fr_i64 from_n,
                              int from_parts, int from_reversed, fr_i64 to_t, fr_i64 to_n,
                              int to_parts, int to_reversed, int masked, fr_u32 key0, fr_u32 key1,
                              fr_u32 threshold, float scale, fr_u32 layer) {
  const fr_i64 groups = (units + 3) / 4;
  const fr_i64 all = steps * rows * groups;
  for (fr_i64 i = FR_FIRST; i < all; i += FR_STEP) {
    const fr_i64 group = i % groups, n = i / groups % rows, t = i / groups / rows;
    const fr_i64 length = lengths != nullptr ? lengths[n] : steps;
    const bool valid = t < length;
    const fr_i64 s = valid && from_reversed ? length - 1 - t : t;
    const fr_i64 d = valid && to_reversed ? length - 1 - t : t;
    fr_u32 word[4] = {static_cast<fr_u32>(group), static_cast<fr_u32>(n), static_cast<fr_u32>(t),
                      layer};
    if (masked) fr_philox(key0, key1, word);
    for (int k = 0; k < 4 && group * 4 + k < units; ++k) {
      const fr_i64 u = group * 4 + k;
      float value = 0.0f;
      if (valid && (!masked || word[k] >= threshold)) {
        value = fr_load(from + (s * from_t + n * from_n + u));
        if (from_parts == 2) value += fr_load(from + (s * from_t + n * from_n + units + u));
        if (masked) value *= scale;
      }
      fr_store(value, to + (d * to_t + n * to_n + u));
      if (to_parts == 2) fr_store(value, to + (d * to_t + n * to_n + units + u));
    }
  }
}

template <typename From, typename To>
__device__ inline void fr_convert(const From* from, To* to, fr_i64 n) {
  for (fr_i64 i = FR_FIRST; i < n; i += FR_STEP) fr_store(fr_load(from + i), to + i);
}

// The arguments of fr_map, in its order; each name of the form __global__ void NAME stays in plain
// sight of those who look for kernels.
#define FR_MAP_ARGUMENTS(From, To)                                                               \
  const From *from, To *to, const int *lengths, fr_i64 steps, fr_i64 rows, fr_i64 units,         \
      fr_i64 from_t, fr_i64 from_n, int from_parts, int from_reversed, fr_i64 to_t, fr_i64 to_n, \
      int to_parts, int to_reversed, int masked, fr_u32 key0, fr_u32 key1, fr_u32 threshold,     \
      float scale, fr_u32 layer
#define FR_MAP                                                                                   \
  fr_map(from, to, lengths, steps, rows, units, from_t, from_n, from_parts, from_reversed, to_t, \
         to_n, to_parts, to_reversed, masked, key0, key1, threshold, scale, layer)

extern "C" __global__ void fr_cuda_map_f32_f32(FR_MAP_ARGUMENTS(float, float)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_f32_f16(FR_MAP_ARGUMENTS(float, fr_half)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_f16_f16(FR_MAP_ARGUMENTS(fr_half, fr_half)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_f16_f32(FR_MAP_ARGUMENTS(fr_half, float)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_f32_bf16(FR_MAP_ARGUMENTS(float, fr_bfloat)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_bf16_bf16(FR_MAP_ARGUMENTS(fr_bfloat, fr_bfloat)) { FR_MAP; }

extern "C" __global__ void fr_cuda_map_bf16_f32(FR_MAP_ARGUMENTS(fr_bfloat, float)) { FR_MAP; }

extern "C" __global__ void fr_cuda_convert_f32_f16(const float* from, fr_half* to, fr_i64 n) {
  fr_convert(from, to, n);
}

extern "C" __global__ void fr_cuda_convert_f16_f32(const fr_half* from, float* to, fr_i64 n) {
  fr_convert(from, to, n);
}

extern "C" __global__ void fr_cuda_convert_f32_bf16(const float* from, fr_bfloat* to, fr_i64 n) {
  fr_convert(from, to, n);
}

extern "C" __global__ void fr_cuda_convert_bf16_f32(const fr_bfloat* from, float* to, fr_i64 n) {
  fr_convert(from, to, n);
}
