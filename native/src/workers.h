// The threads of a plan, the caller among them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace fusedrnn {

// Spins briefly, then parks: a step of a small layer takes microseconds, a futex five, but a core
// is never held for long.
class Barrier {
 public:
  void Arrive(int count) noexcept;

 private:
  alignas(128) std::atomic<int> arrived_{0};
  alignas(128) std::atomic<uint32_t> generation_{0};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
};

// One thread's place among those that run the same code on parts of the same work.
struct Crew {
  int index;
  int count;
  Barrier* barrier;

  void Sync() const noexcept {
    if (count > 1) barrier->Arrive(count);
  }
  // This thread's part of [0, items): [Begin(items), End(items)).
  int64_t Begin(int64_t items) const { return items * index / count; }
  int64_t End(int64_t items) const { return items * (index + 1) / count; }
};

class Workers {
 public:
  explicit Workers(int threads);  // starts threads - 1; throws Failure if one does not start
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  // Calls body(context, crew) on `count` threads, the caller as index 0, and returns when all have
  // ended.
  using Body = void (*)(void* context, const Crew& crew);
  void Run(int count, Body body, void* context) noexcept;

 private:
  struct Slot {
    alignas(128) std::atomic<uint32_t> ticket{0};  // raised for each job
    std::atomic<bool> parked{false};
    std::mutex mutex;
    std::condition_variable wake;
  };

  void Serve(int index) noexcept;
  void Raise(Slot& slot) noexcept;
  void Stop() noexcept;

  int threads_;
  Barrier barrier_;
  Body body_ = nullptr;  // nullptr ends the threads
  void* context_ = nullptr;
  int count_ = 1;
  std::unique_ptr<Slot[]> slots_;
  std::vector<std::thread> started_;
};

}  // namespace fusedrnn
