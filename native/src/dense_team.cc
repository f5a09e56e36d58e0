#include "dense_team.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "status.h"

namespace fusedrnn {
namespace {

constexpr int kMostThreads = 1024;
std::atomic<int> dense_threads{1};
std::mutex mutex;

}  // namespace

DenseTeamLease::SpareWorkers* DenseTeamLease::spare_ = nullptr;

// Teams that are now too large end; larger ones are created on demand.
void SetDenseThreads(int threads) {
  if (threads < 1 || threads > kMostThreads) {
    Fail(FR_INVALID_ARGUMENT, "threads: %d (expected: 1 to %d)", threads, kMostThreads);
  }
  dense_threads.store(threads, std::memory_order_relaxed);
  DenseTeamLease::EndSpare();
}

int DenseThreads() noexcept { return dense_threads.load(std::memory_order_relaxed); }

int DenseTeamSize(int64_t parts, int64_t smallest) noexcept {
  return static_cast<int>(std::clamp<int64_t>(parts / smallest, 1, DenseThreads()));
}

// Spare workers that are too few give their threads back before a larger one is made.
DenseTeamLease::DenseTeamLease(int count) : count_(count) {
  if (count == 1) return;
  std::unique_ptr<SpareWorkers> spare;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    spare.reset(spare_);
    if (spare != nullptr) spare_ = spare->next;
  }
  if (spare == nullptr || spare->threads() < count) {
    spare.reset();
    spare = std::make_unique<SpareWorkers>(std::max(count, DenseThreads()));
  }
  workers_ = spare.release();
}

DenseTeamLease::~DenseTeamLease() {
  if (workers_ == nullptr) return;
  if (workers_->threads() > DenseThreads()) {
    delete workers_;
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex);
  workers_->next = spare_;
  spare_ = workers_;
}

void DenseTeamLease::EndSpare() noexcept {
  const std::lock_guard<std::mutex> lock(mutex);
  while (spare_ != nullptr) {
    const std::unique_ptr<SpareWorkers> spare(spare_);
    spare_ = spare->next;
  }
}

}  // namespace fusedrnn
