#include "probes.h"

#include <algorithm>
#include <chrono>

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

const PeakTable& PeaksFor(int32_t isa) {
  switch (isa) {
#if defined(FUSEDRNN_BUILD_NEON)
    case FR_ISA_NEON:
      return neon::kPeaks;
#endif
#if defined(FUSEDRNN_BUILD_AVX2)
    case FR_ISA_AVX2:
      return avx2::kPeaks;
#endif
#if defined(FUSEDRNN_BUILD_AVX512)
    case FR_ISA_AVX512:
      return avx512::kPeaks;
#endif
    default:
      return plain::kPeaks;
  }
}

constexpr int64_t kBlockBytes = kReadBlock * static_cast<int64_t>(sizeof(float));
// Long against the clock and a barrier, short against what disturbs a shared machine.
constexpr double kBurstSeconds = 30e-6;

}  // namespace

struct Probes::Burst {
  int64_t iterations;  // of the FMA loop, if bytes is 0
  int64_t bytes;       // swept
  int warm, sweeps;
  bool alternating;
  double seconds = 0;

  explicit Burst(int64_t count) : Burst(0, 0, 0, false) { iterations = count; }
  Burst(int64_t swept, int before, int times, bool alternate)
      : iterations(0), bytes(swept), warm(before), sweeps(times), alternating(alternate) {}
};

Probes::Probes(int32_t isa, int threads, const Machine& machine)
    : peaks_(PeaksFor(isa)), workers_(threads) {
  for (int level = 0; level < kLevels - 1; ++level) {
    const int sharers = std::min(threads, machine.cache_sharers[level]);
    caches_.bytes[level] = static_cast<double>(machine.cache[level]) / std::max(sharers, 1);
  }
  // Half of L1 and of L2 stay there whatever else is read. L3: four times L2, far less than L3,
  // which others use, too. DRAM: four times all of L3.
  const auto blocks = [](double bytes) {
    return static_cast<int64_t>(bytes) / kBlockBytes * kBlockBytes;
  };
  level_bytes_[0] = blocks(caches_.bytes[0] / 2);
  level_bytes_[1] = blocks(caches_.bytes[1] / 2);
  level_bytes_[2] = blocks(std::min(4 * caches_.bytes[1], caches_.bytes[2] / 2));
  level_bytes_[3] = blocks(4 * static_cast<double>(machine.cache[2]) / threads);
}

void Probes::Grow(int64_t bytes) {
  if (bytes <= buffer_bytes_) return;
  buffers_.clear();
  for (int i = 0; i < workers_.threads(); ++i) {
    buffers_.emplace_back(bytes);
    std::fill_n(buffers_.back().floats(), bytes / static_cast<int64_t>(sizeof(float)), 1.0f);
  }
  buffer_bytes_ = bytes;
}

void Probes::Run(Burst& burst, const Team& team) const {
  float sink = 0.25f;
  if (burst.bytes == 0) {
    team.Sync();
    const Clock::time_point start = Clock::now();
    peaks_.fma(burst.iterations, &sink);
    team.Sync();
    if (team.index == 0) burst.seconds = SecondsSince(start);
    return;
  }
  const float* from = buffers_[static_cast<size_t>(team.index)].floats();
  const int64_t floats = burst.bytes / static_cast<int64_t>(sizeof(float));
  // An even number of alternating sweeps ends where the next ones begin.
  peaks_.read(from, floats, burst.warm, burst.alternating, &sink);
  team.Sync();
  const Clock::time_point start = Clock::now();
  peaks_.read(from, floats, burst.sweeps, burst.alternating, &sink);
  team.Sync();
  if (team.index == 0) burst.seconds = SecondsSince(start);
}

double Probes::Seconds(Burst* burst) {
  workers_.Run(workers_.threads(), [&](const Team& team) { Run(*burst, team); });
  return std::max(burst->seconds, 1e-9);
}

double Probes::Fma() {
  // 100 GFLOP/s are 100,000 a microsecond.
  const int64_t iterations =
      static_cast<int64_t>(kBurstSeconds * 100e9) / static_cast<int64_t>(peaks_.fma_flops);
  Burst warm(iterations / 4), burst(iterations);
  Seconds(&warm);
  return static_cast<double>(iterations * peaks_.fma_flops) / Seconds(&burst);
}

double Probes::Read(int level) {
  constexpr double kGuess[kLevels] = {200e9, 80e9, 30e9, 10e9};
  const int64_t bytes = level_bytes_[level];
  Grow(bytes);
  const int sweeps =
      std::max(1, static_cast<int>(kBurstSeconds * kGuess[level] / static_cast<double>(bytes)));
  Burst burst(bytes, level == kLevels - 1 ? 0 : 1, sweeps, false);
  return static_cast<double>(bytes) * sweeps / Seconds(&burst);
}

double Probes::Sweep(double bytes) {
  // Whole blocks; what is cut off is counted in proportion.
  const int64_t whole =
      std::max<int64_t>(1, static_cast<int64_t>(bytes) / kBlockBytes) * kBlockBytes;
  Grow(whole);
  int sweeps = static_cast<int>(kBurstSeconds * 80e9 / static_cast<double>(whole));
  sweeps = std::max(2, sweeps / 2 * 2);
  Burst burst(whole, 2, sweeps, true);
  return Seconds(&burst) / sweeps * bytes / static_cast<double>(whole);
}

}  // namespace fusedrnn
