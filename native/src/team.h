// Teams of threads that run the same code on parts of the same work, and their barrier.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace fusedrnn {

// Counts the arrivals of each thread in a cache line of its own, so that a waiting thread reads one
// line from each other core. Waiting spins briefly, then parks: a step of a small layer takes
// microseconds, a futex five, but a core is never held for long.
class Barrier {
 public:
  explicit Barrier(int threads) : arrivals_(std::make_unique<Arrivals[]>(Size(threads))) {}

  // Before a job: thread `index` has arrived as often as all others.
  uint64_t Arrived(int index) const noexcept {
    return arrivals_[Size(index)].count.load(std::memory_order_relaxed);
  }
  void Reset(int index, uint64_t count) noexcept {
    arrivals_[Size(index)].count.store(count, std::memory_order_relaxed);
  }

  void Arrive(int index) noexcept;
  // Until all of the first `count` threads have arrived as often as `index` has.
  void Await(int index, int count) noexcept;

 private:
  struct Arrivals {
    alignas(128) std::atomic<uint64_t> count{0};
  };
  static size_t Size(int value) { return static_cast<size_t>(value); }

  std::unique_ptr<Arrivals[]> arrivals_;
  alignas(128) std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// A team, as one of its threads sees it.
struct Team {
  int index;
  int count;
  Barrier* barrier;

  void Sync() const noexcept {
    if (count == 1) return;
    barrier->Arrive(index);
    barrier->Await(index, count);
  }
  // This thread's part of [0, items): [Begin(items), End(items)).
  int64_t Begin(int64_t items) const { return items * index / count; }
  int64_t End(int64_t items) const { return items * (index + 1) / count; }
};

// A team of one. A constant: GCC copies a Team as one vector, and would wait for the stores of one
// that was just set field by field.
inline constexpr Team kAlone = {0, 1, nullptr};

using TeamBody = void (*)(void* context, const Team& team);

}  // namespace fusedrnn
