// Dropout masks: a function of (seed, call number, layer, t, n, unit) alone, the same on every
// backend. Philox4x32-10: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1,
// 2, 3".
#pragma once

#include <cstdint>

namespace fusedrnn {

class DropoutMask {
 public:
  DropoutMask(float p, int64_t seed, int64_t call, int64_t layer);

  // out[u] = kept(layer, t, n, u) ? in[u] / (1 - p) : 0 for u in [0, units); out may be in.
  void Apply(const float* in, float* out, int64_t t, int64_t n, int64_t units) const;

 private:
  uint32_t key0_, key1_, layer_;
  uint64_t threshold_;  // a 32-bit word below it drops the element
  float scale_;
};

}  // namespace fusedrnn
