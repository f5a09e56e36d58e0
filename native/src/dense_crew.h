// The threads of dense operations, which belong to no plan.
#pragma once

#include <cstdint>

#include "workers.h"

namespace fusedrnn {

// How many threads each dense operation of the process may use from now on, the caller's among
// them; 1 until it is set.
void SetDenseThreads(int threads);
int DenseThreads() noexcept;

// How many of these a piece of work is worth that has `parts` to share, `smallest` at least for
// each thread.
int DenseCrewSize(int64_t parts, int64_t smallest) noexcept;

// Threads for one operation, for as long as the lease lives. The process keeps as many crews as
// were ever at work at the same time and hands them out again.
class DenseCrewLease {
 public:
  explicit DenseCrewLease(int count);  // throws Failure if a thread does not start
  ~DenseCrewLease();
  DenseCrewLease(const DenseCrewLease&) = delete;
  DenseCrewLease& operator=(const DenseCrewLease&) = delete;

  static void EndSpare() noexcept;  // teams that nobody has

  int count() const { return count_; }

  // body(member) on each of the crew's threads, the caller's as index 0; body throws nothing.
  template <class Body>
  void Run(const Body& body) noexcept {
    if (team_ == nullptr) return body(Crew{0, 1, nullptr});
    RunTeam([](void* context, const Crew& crew) { (*static_cast<const Body*>(context))(crew); },
            const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  struct Team;
  void RunTeam(CrewBody body, void* context) noexcept;

  const int count_;
  Team* team_ = nullptr;
};

// body(begin, end) for parts of [0, items) on as many threads as they are worth; parts begin at
// multiples of a cache line's floats.
template <class Body>
void ShareItems(int64_t items, int64_t smallest, const Body& body) {
  constexpr int64_t kLine = 16;
  DenseCrewLease lease(DenseCrewSize(items, smallest));
  lease.Run([&](const Crew& crew) {
    const int64_t lines = (items + kLine - 1) / kLine;
    const int64_t begin = crew.Begin(lines) * kLine, end = crew.End(lines) * kLine;
    if (begin < items) body(begin, end < items ? end : items);
  });
}

}  // namespace fusedrnn
