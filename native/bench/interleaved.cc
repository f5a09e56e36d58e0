#include "interleaved.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "quantile.h"

namespace fusedrnn {
namespace {

using Clock = std::chrono::steady_clock;

double Time(BenchCase* bench, int calls) {
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < calls; ++i) bench->Call();
  return std::chrono::duration<double>(Clock::now() - start).count() / calls;
}

// Longer than the threads of a plan or of the probes spin after a call: while another team spins on
// a core, the system may wake a thread on its caller's core and leave it there. Steps of two
// threads took 25 microseconds then.
constexpr std::chrono::microseconds kUntilParked(200);

// One team at a time.
void LetOthersPark(int threads) {
  if (threads > 1) std::this_thread::sleep_for(kUntilParked);
}

constexpr double kTurnSeconds = 200e-6;
constexpr int kFewestRounds = 5;

}  // namespace

Result MeasureInterleaved(BenchCase* bench, BenchCase* float32, Probes* probes,
                          double budget_seconds) {
  const Work& work = bench->work();
  const int threads = bench->threads();
  Result result{};
  result.work = work;
  result.isa = bench->isa();
  result.products = bench->products();
  result.threads = threads;
  const std::vector<Phase> phases = PhasesOf(work, threads);
  const double sweep_bytes = work.kind == Kind::kTraining ? 0 : work.SweepBytes() / threads;
  result.split = SplitSweep(sweep_bytes, probes->caches());
  result.far = IsFar(sweep_bytes, probes->caches());

  LetOthersPark(threads);
  Time(bench, 1);
  const double once = Time(bench, 1);
  const int calls = std::clamp(static_cast<int>(kTurnSeconds / once), 1, 1000);
  // The probes before have emptied the caches: a few sweeps bring the weights back. In a long call
  // they are lost among its own.
  const int warm = once > 5e-3 ? 0 : std::min(calls, work.kind == Kind::kStep ? 4 : 1);

  std::vector<double> times, float32_times, sweeps, fma, read[kLevels];
  const Clock::time_point start = Clock::now();
  while (static_cast<int>(times.size()) < kFewestRounds ||
         std::chrono::duration<double>(Clock::now() - start).count() < budget_seconds) {
    fma.push_back(probes->Fma());
    if (sweep_bytes > 0) {
      for (int level = 0; level < kLevels - (result.far ? 0 : 1); ++level) {
        read[level].push_back(probes->Read(level));
      }
      sweeps.push_back(probes->Sweep(sweep_bytes));
    }
    LetOthersPark(threads);
    Time(bench, warm);
    times.push_back(Time(bench, calls));
    if (float32 != nullptr) {
      LetOthersPark(threads);
      Time(float32, warm);
      float32_times.push_back(Time(float32, std::max(1, calls / 2)));
    }
  }
  result.rounds = static_cast<int>(times.size());
  result.seconds = Quantile(&times, 0.1);
  result.median_seconds = Quantile(&times, 0.5);
  result.peaks.flops = Quantile(&fma, 0.9);
  for (int level = 0; level < kLevels; ++level) {
    result.peaks.bytes[level] = Quantile(&read[level], 0.9);
  }
  result.sweep_seconds = Quantile(&sweeps, 0.1);
  Peaks peaks = result.peaks;
  if (result.far) {
    peaks.bytes[2] = peaks.bytes[3] = FarRate(result.split, peaks, result.sweep_seconds);
  }
  result.ceiling = CeilingOf(phases, probes->caches(), peaks);
  result.percent = 100 * result.ceiling.seconds / result.seconds;
  result.aim = AimOf(work, threads);
  result.float32_seconds = Quantile(&float32_times, 0.1);
  result.speedup_aim = SpeedupAimOf(work, threads);
  return result;
}

}  // namespace fusedrnn
