// Workspaces of products that belong to no plan.
#pragma once

#include <cstdint>

namespace fusedrnn {

// One workspace, for the lifetime of the lease. The process keeps as many as were ever leased at
// the same time and reuses them, so that only a new peak of concurrency allocates. They are not
// counted by fr_live_bytes, like OpenBLAS's own buffers.
class GemmWorkLease {
 public:
  explicit GemmWorkLease(int64_t floats);  // throws Failure(FR_OUT_OF_MEMORY)
  ~GemmWorkLease();
  GemmWorkLease(const GemmWorkLease&) = delete;
  GemmWorkLease& operator=(const GemmWorkLease&) = delete;

  float* floats() const;

 private:
  struct Block;
  static Block* spare_;
  Block* block_ = nullptr;
};

}  // namespace fusedrnn
