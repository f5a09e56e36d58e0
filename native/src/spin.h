// Busy waiting for another core.
#pragma once

#include <chrono>
#include <thread>

namespace fusedrnn {

// Longer than the differences between the threads' steps and than the gaps between the calls of a
// busy caller, yet negligible for everything else.
constexpr std::chrono::microseconds kSpinTime(100);
// A pause costs up to 40 ns, so the first checks, which mostly suffice between steps, do without.
constexpr int kChecksWithoutPause = 200;
constexpr int kChecksPerClock = 64;
// After that the core is yielded: it can be the one that the awaited thread needs. Without
// yielding, two threads on one core took 200 microseconds for each barrier.
constexpr std::chrono::microseconds kTimeBeforeYield(10);

inline void Pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// True as soon as ready() is, false after kSpinTime.
template <class Ready>
bool SpinUntil(const Ready& ready) noexcept {
  for (int check = 0; check < kChecksWithoutPause; ++check) {
    if (ready()) return true;
  }
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    for (int check = 0; check < kChecksPerClock; ++check) {
      if (ready()) return true;
      Pause();
    }
    const auto spun = std::chrono::steady_clock::now() - begin;
    if (spun > kSpinTime) return false;
    if (spun > kTimeBeforeYield) std::this_thread::yield();
  }
}

}  // namespace fusedrnn
