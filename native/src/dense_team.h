// The threads of dense operations, which belong to no plan.
#pragma once

#include <cstdint>

#include "workers.h"

namespace fusedrnn {

// How many threads each dense operation of the process may use from now on, including the caller's;
// 1 until it is set.
void SetDenseThreads(int threads);
int DenseThreads() noexcept;

// The team size for work of `parts` parts, at least `smallest` for each thread.
int DenseTeamSize(int64_t parts, int64_t smallest) noexcept;

// A team of threads for one operation, for the lifetime of the lease. The process keeps as many
// teams as were ever in use at the same time and reuses them.
class DenseTeamLease {
 public:
  explicit DenseTeamLease(int count);  // throws Failure if a thread does not start
  ~DenseTeamLease();
  DenseTeamLease(const DenseTeamLease&) = delete;
  DenseTeamLease& operator=(const DenseTeamLease&) = delete;

  static void EndSpare() noexcept;  // ends the teams that are not leased

  int count() const { return count_; }

  // body(team) on each of the team's threads, the caller's as index 0; body does not throw.
  template <class Body>
  void Run(const Body& body) noexcept {
    if (workers_ == nullptr) return body(kAlone);
    workers_->Run(count_, body);
  }

 private:
  struct SpareWorkers : Workers {
    using Workers::Workers;
    SpareWorkers* next = nullptr;
  };
  static SpareWorkers* spare_;

  const int count_;
  SpareWorkers* workers_ = nullptr;
};

// body(begin, end) for the parts of [0, items), one for each thread of a team; parts begin at
// multiples of a cache line's floats.
template <class Body>
void ShareItems(int64_t items, int64_t smallest, const Body& body) {
  constexpr int64_t kLine = 16;
  DenseTeamLease lease(DenseTeamSize(items, smallest));
  lease.Run([&](const Team& team) {
    const int64_t lines = (items + kLine - 1) / kLine;
    const int64_t begin = team.Begin(lines) * kLine, end = team.End(lines) * kLine;
    if (begin < items) body(begin, end < items ? end : items);
  });
}

}  // namespace fusedrnn
