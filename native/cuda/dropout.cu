// Dropout with the masks of the CPU backend (native/src/philox.cc): a function of (seed, call,
// layer, t, n, unit) alone. Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011.
#include "kernel_base.h"

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
