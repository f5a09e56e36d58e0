#include "thread_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "spin.h"
#include "status.h"

namespace fusedrnn {
namespace {

// Signals of the application are never handled on our threads.
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

PoolThread::~PoolThread() {
  Give(Job{});
  thread_.join();
}

// The parking protocol: a sleeper sets its flag, then checks again under the lock; the waker
// changes the state, then checks the flag. Both in sequentially consistent order and by
// read-modify-writes, as in Barrier.
void PoolThread::Give(const Job& job) noexcept {
  job_ = job;
  ticket_.fetch_add(1);
  if (parked_.load()) {
    std::lock_guard<std::mutex> lock(mutex_);
    wake_.notify_one();
  }
}

void PoolThread::AwaitEnd() noexcept {
  const uint32_t goal = ticket_.load(std::memory_order_relaxed);
  if (SpinUntil([&] { return ended_.load(std::memory_order_acquire) == goal; })) return;
  std::unique_lock<std::mutex> lock(mutex_);
  awaited_.exchange(true);
  end_.wait(lock, [&] { return ended_.load() == goal; });
  awaited_.store(false);
}

void PoolThread::Serve() noexcept {
  for (uint32_t done = 0;; ++done) {
    if (!SpinUntil([&] { return ticket_.load(std::memory_order_acquire) != done; })) {
      std::unique_lock<std::mutex> lock(mutex_);
      parked_.exchange(true);
      wake_.wait(lock, [&] { return ticket_.load() != done; });
      parked_.store(false);
    }
    const Job job = job_;
    if (job.body == nullptr) return;
    job.team.barrier->Reset(job.team.index, job.arrivals);
    job.body(job.context, job.team);
    ended_.fetch_add(1);
    if (awaited_.load()) {
      std::lock_guard<std::mutex> lock(mutex_);
      end_.notify_one();
    }
  }
}

// Never destroyed: threads may still spin while the process ends.
ThreadPool& ThreadPool::Instance() {
  static ThreadPool* const pool = new ThreadPool;
  return *pool;
}

void ThreadPool::Add(int threads) {
  const size_t count = static_cast<size_t>(threads);
  std::vector<std::unique_ptr<PoolThread>> started;
  started.reserve(count);
  {
    const AllSignalsBlocked blocked;
    try {
      while (started.size() < count) started.push_back(std::make_unique<PoolThread>());
    } catch (const std::system_error& error) {
      Fail(FR_OUT_OF_MEMORY, "threads: %d (the system started only %zu: %s)", threads + 1,
           started.size() + 1, error.what());
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.reserve(threads_ + count);
  threads_ += count;
  for (auto& thread : started) idle_.push_back(thread.release());
}

// The thread that has been idle longest goes first.
void ThreadPool::Remove(int threads) noexcept {
  for (; threads > 0; --threads) {
    PoolThread* oldest;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      oldest = idle_.front();
      idle_.erase(idle_.begin());
      --threads_;
    }
    delete oldest;
  }
}

void ThreadPool::Borrow(PoolThread** threads, int count) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (int i = 0; i < count; ++i) {
    threads[i] = idle_.back();
    idle_.pop_back();
  }
}

// In reverse, so that the next borrower gets them in the same order: each core then most likely
// works on the part that is in its cache.
void ThreadPool::GiveBack(PoolThread* const* threads, int count) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  while (count > 0) idle_.push_back(threads[--count]);
}

}  // namespace fusedrnn
