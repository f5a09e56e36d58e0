// The threads of a plan, including the caller's.
#pragma once

#include <memory>

#include "team.h"
#include "thread_pool.h"

namespace fusedrnn {

class Workers {
 public:
  explicit Workers(int threads);  // starts threads - 1; throws Failure if one does not start
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  // Calls body(team) on `count` threads, the caller's as index 0, and returns when all have ended;
  // body does not throw.
  template <class Body>
  void Run(int count, const Body& body) noexcept {
    if (count <= 1) return body(kAlone);
    RunTeam(
        count, [](void* context, const Team& team) { (*static_cast<const Body*>(context))(team); },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  void RunTeam(int count, TeamBody body, void* context) noexcept;

  int threads_;
  Barrier barrier_;
  std::unique_ptr<PoolThread*[]> borrowed_;  // by the running call
};

}  // namespace fusedrnn
