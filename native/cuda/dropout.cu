// Dropout with the masks of the CPU backend (native/src/philox.cc): a function of (seed, call,
// layer, t, n, unit) alone. Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011.
#include "kernel_base.h"

__device__ inline void fr_philox(fr_u32 key0, fr_u32 key1, fr_u32 c[4]) {
  for (int round = 0; round < 10; ++round) {
    const fr_u64 product0 = static_cast<fr_u64>(0xD2511F53u) * c[0];
    const fr_u64 product1 = static_cast<fr_u64>(0xCD9E8D57u) * c[2];
    const fr_u32 high0 = static_cast<fr_u32>(product0 >> 32);
    const fr_u32 high1 = static_cast<fr_u32>(product1 >> 32);
    c[0] = high1 ^ c[1] ^ key0;
    c[1] = static_cast<fr_u32>(product1);
    c[2] = high0 ^ c[3] ^ key1;
    c[3] = static_cast<fr_u32>(product0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// y[t, n, u] = kept(layer, t, n, u) ? scale x[t, n, u] : 0; y may be x. Four units of a row share
// one counter, and a thread does these. A word below the threshold drops its element; element (t,
// n, u) lies at t * stride_t + n * stride_n + u.
extern "C" __global__ void fr_cuda_dropout(const float* x, float* y, fr_i64 steps, fr_i64 rows,
                                           fr_i64 units, fr_i64 stride_t, fr_i64 stride_n,
                                           fr_u32 key0, fr_u32 key1, fr_u32 threshold, float scale,
                                           fr_u32 layer) {
  const fr_i64 groups = (units + 3) / 4;
  const fr_i64 all = steps * rows * groups;
  for (fr_i64 i = FR_FIRST; i < all; i += FR_STEP) {
    const fr_i64 group = i % groups, n = i / groups % rows, t = i / groups / rows;
    fr_u32 word[4] = {static_cast<fr_u32>(group), static_cast<fr_u32>(n), static_cast<fr_u32>(t),
                      layer};
    fr_philox(key0, key1, word);
    const fr_i64 at = t * stride_t + n * stride_n + group * 4;
    for (int k = 0; k < 4 && group * 4 + k < units; ++k) {
      y[at + k] = word[k] >= threshold ? x[at + k] * scale : 0.0f;
    }
  }
}
