#include "workers.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>

#include "status.h"

namespace fusedrnn {
namespace {

// About 20 to 100 microseconds, by CPU: longer than the steps of one call differ, shorter than
// anyone notices.
constexpr int kSpins = 2000;

void Pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// No signal of the application is handled on our threads.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

// The parking protocol: a sleeper counts itself, then looks again under the lock; the last to
// arrive moves the generation, then looks for sleepers. Both in sequentially consistent order, so
// that one of them sees the other. Both announce themselves by a read-modify-write and not by a
// store: a hang was seen under qemu's arm64 on x86, most likely because the emulator lets a later
// load overtake such a store, so that the wake-up is lost.
void Barrier::Arrive(int count) noexcept {
  const uint32_t generation = generation_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count) {
    arrived_.store(0, std::memory_order_relaxed);
    generation_.fetch_add(1);
    if (sleepers_.load() > 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      wake_.notify_all();
    }
    return;
  }
  for (int spin = 0; spin < kSpins; ++spin) {
    if (generation_.load(std::memory_order_acquire) != generation) return;
    Pause();
  }
  sleepers_.fetch_add(1);
  {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [&] { return generation_.load() != generation; });
  }
  sleepers_.fetch_sub(1);
}

Workers::Workers(int threads) : threads_(threads) {
  if (threads_ == 1) return;
  slots_ = std::make_unique<Slot[]>(static_cast<size_t>(threads_));
  started_.reserve(static_cast<size_t>(threads_ - 1));
  const AllSignalsBlocked blocked;
  try {
    for (int index = 1; index < threads_; ++index) {
      started_.emplace_back([this, index] { Serve(index); });
    }
  } catch (const std::system_error& error) {
    const size_t running = started_.size() + 1;
    Stop();
    Fail(FR_OUT_OF_MEMORY, "threads: %d (the system started only %zu: %s)", threads_, running,
         error.what());
  }
}

Workers::~Workers() { Stop(); }

void Workers::Stop() noexcept {
  body_ = nullptr;
  for (size_t i = 0; i < started_.size(); ++i) Raise(slots_[i + 1]);
  for (std::thread& thread : started_) thread.join();
  started_.clear();
}

void Workers::Raise(Slot& slot) noexcept {
  slot.ticket.fetch_add(1);
  if (slot.parked.load()) {
    std::lock_guard<std::mutex> lock(slot.mutex);
    slot.wake.notify_one();
  }
}

void Workers::Run(int count, Body body, void* context) noexcept {
  if (count <= 1) {
    body(context, Crew{0, 1, nullptr});
    return;
  }
  body_ = body;
  context_ = context;
  count_ = count;
  for (int index = 1; index < count; ++index) Raise(slots_[index]);
  body(context, Crew{0, count, &barrier_});
  barrier_.Arrive(count);
}

void Workers::Serve(int index) noexcept {
  Slot& slot = slots_[index];
  for (uint32_t done = 0;; ++done) {
    for (int spin = 0; spin < kSpins && slot.ticket.load(std::memory_order_acquire) == done;
         ++spin) {
      Pause();
    }
    if (slot.ticket.load(std::memory_order_acquire) == done) {
      std::unique_lock<std::mutex> lock(slot.mutex);
      slot.parked.exchange(true);
      slot.wake.wait(lock, [&] { return slot.ticket.load() != done; });
      slot.parked.store(false);
    }
    if (body_ == nullptr) return;
    const int count = count_;
    body_(context_, Crew{index, count, &barrier_});
    barrier_.Arrive(count);
  }
}

}  // namespace fusedrnn
