// Measures this machine's peaks: bounded bursts, to be taken in turns with what they bound.
#pragma once

#include <cstdint>
#include <vector>

#include "ceiling.h"
#include "machine.h"
#include "memory.h"
#include "peaks.h"
#include "workers.h"

namespace fusedrnn {

class Probes {
 public:
  Probes(int32_t isa, int threads, const Machine& machine);

  const Caches& caches() const { return caches_; }  // of one thread

  // Each returns what one thread reached, all threads being at it: flops or bytes per second.
  double Fma();
  double Read(int level);
  // A plain sweep of `bytes` (of one thread), every second one reversed: seconds per sweep.
  double Sweep(double bytes);

 private:
  struct Burst;
  void Run(Burst& burst, const Team& team) const;
  double Seconds(Burst* burst);
  void Grow(int64_t bytes);

  const PeakTable& peaks_;
  Caches caches_;
  Workers workers_;
  int64_t level_bytes_[kLevels];  // working set of one thread that lies in each level
  int64_t buffer_bytes_ = 0;      // of one thread
  std::vector<AlignedBuffer> buffers_;
};

}  // namespace fusedrnn
