// The threads of the process, borrowed by plans for the duration of a call.
//
// There are as many as all plans together may use, so that no call waits for one; the next call
// gets the thread that was returned last, which is still awake. When each plan owned its threads, a
// caller that alternated between two plans on two cores took 13 microseconds for a step of 1: the
// first plan's thread still spun on the core that the second's was woken for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "team.h"

namespace fusedrnn {

// Runs bodies as one thread of a team. Spins briefly for the next job, then parks.
class PoolThread {
 public:
  struct Job {
    TeamBody body = nullptr;  // nullptr ends the thread
    void* context = nullptr;
    Team team;
    uint64_t arrivals = 0;  // of every thread at the barrier, before the job
  };

  PoolThread() : thread_([this] { Serve(); }) {}  // throws std::system_error
  ~PoolThread();
  PoolThread(const PoolThread&) = delete;
  PoolThread& operator=(const PoolThread&) = delete;

  // Only by the borrower of the thread, after the previous job has ended.
  void Give(const Job& job) noexcept;
  // Once it returns, the thread no longer touches anything of the job.
  void AwaitEnd() noexcept;

 private:
  void Serve() noexcept;

  // The job is beside the ticket: a spinning thread gets both with one cache line.
  alignas(128) std::atomic<uint32_t> ticket_{0};  // jobs given
  std::atomic<bool> parked_{false};
  Job job_;
  alignas(128) std::atomic<uint32_t> ended_{0};  // jobs that have ended
  std::atomic<bool> awaited_{false};
  alignas(128) std::mutex mutex_;
  std::condition_variable wake_, end_;
  std::thread thread_;
};

class ThreadPool {
 public:
  static ThreadPool& Instance();

  // Starts that many more threads; throws Failure, and starts none, if the system refuses one.
  void Add(int threads);
  // Stops that many idle threads.
  void Remove(int threads) noexcept;

  // At most as many as the caller has added.
  void Borrow(PoolThread** threads, int count) noexcept;
  void GiveBack(PoolThread* const* threads, int count) noexcept;

 private:
  std::mutex mutex_;
  size_t threads_ = 0;             // idle and borrowed
  std::vector<PoolThread*> idle_;  // has room for all; given back last at the end
};

}  // namespace fusedrnn
