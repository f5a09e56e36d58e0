#include "philox.h"

#include <cmath>

namespace fusedrnn {
namespace {

constexpr int kRounds = 10;
constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;

void Philox(uint32_t key0, uint32_t key1, uint32_t c[4]) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = static_cast<uint64_t>(kMultiplier0) * c[0];
    const uint64_t product1 = static_cast<uint64_t>(kMultiplier1) * c[2];
    const uint32_t high0 = static_cast<uint32_t>(product0 >> 32);
    const uint32_t high1 = static_cast<uint32_t>(product1 >> 32);
    c[0] = high1 ^ c[1] ^ key0;
    c[1] = static_cast<uint32_t>(product1);
    c[2] = high0 ^ c[3] ^ key1;
    c[3] = static_cast<uint32_t>(product0);
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
}

// SplitMix64's finaliser: spreads neighbouring seeds and call numbers over all keys.
uint64_t Mix(uint64_t z) {
  z ^= z >> 30;
  z *= 0xBF58476D1CE4E5B9u;
  z ^= z >> 27;
  z *= 0x94D049BB133111EBu;
  z ^= z >> 31;
  return z;
}

}  // namespace

DropoutMask::DropoutMask(float p, int64_t seed, int64_t call, int64_t layer) {
  const uint64_t key =
      Mix(static_cast<uint64_t>(seed) + 0x9E3779B97F4A7C15u * (static_cast<uint64_t>(call) + 1));
  key0_ = static_cast<uint32_t>(key);
  key1_ = static_cast<uint32_t>(key >> 32);
  layer_ = static_cast<uint32_t>(layer);
  threshold_ = static_cast<uint64_t>(std::floor(static_cast<double>(p) * 4294967296.0));
  scale_ = static_cast<float>(1.0 / (1.0 - static_cast<double>(p)));
}

void DropoutMask::Apply(const float* in, float* out, int64_t t, int64_t n, int64_t units) const {
  for (int64_t group = 0; group * 4 < units; ++group) {
    uint32_t word[4] = {static_cast<uint32_t>(group), static_cast<uint32_t>(n),
                        static_cast<uint32_t>(t), layer_};
    Philox(key0_, key1_, word);
    for (int64_t u = group * 4; u < units && u < group * 4 + 4; ++u) {
      out[u] = word[u - group * 4] >= threshold_ ? in[u] * scale_ : 0.0f;
    }
  }
}

}  // namespace fusedrnn
