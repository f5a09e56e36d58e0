#include "team.h"

#include "spin.h"

namespace fusedrnn {

// The parking protocol: a sleeper counts itself, then checks again under the lock; an arriving
// thread counts its arrival, then checks for sleepers. Both in sequentially consistent order, so
// that one of them sees the other. Both use a read-modify-write and not a store: under qemu's arm64
// on x86 a hang was seen, most likely because the emulator lets a later load overtake such a store,
// so that the wake-up is lost.
void Barrier::Arrive(int index) noexcept {
  arrivals_[Size(index)].count.fetch_add(1);
  if (sleepers_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    wake_.notify_all();
  }
}

void Barrier::Await(int index, int count) noexcept {
  const uint64_t goal = Arrived(index);
  for (int other = 0; other < count; ++other) {
    if (other == index) continue;
    const std::atomic<uint64_t>& arrivals = arrivals_[Size(other)].count;
    if (SpinUntil([&] { return arrivals.load(std::memory_order_acquire) >= goal; })) continue;
    sleepers_.fetch_add(1);
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return arrivals.load() >= goal; });
    }
    sleepers_.fetch_sub(1);
  }
}

}  // namespace fusedrnn
