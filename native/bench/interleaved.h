// A kernel and the peaks that bound it, measured interleaved, so that a disturbance of the machine
// affects both.
#pragma once

#include "bench_case.h"
#include "ceiling.h"
#include "probes.h"

namespace fusedrnn {

struct Result {
  Work work;
  int32_t isa;
  int32_t products;
  int threads;
  int rounds;
  double seconds;  // of a call: the 10th percentile over the rounds
  double median_seconds;
  Peaks peaks;  // of one thread: the 90th percentile; DRAM 0 where it was not needed
  Split split;  // of one thread's weights per sweep
  bool far;     // beyond L2 the rate of a plain sweep of the same bytes counts
  Ceiling ceiling;
  double sweep_seconds;  // a plain read of the same weights, measured in the same turns; 0 = not a
                         // read
  double percent;        // ceiling / seconds
  int aim;               // 0 = none
  double float32_seconds;  // of the call on float32 weights, in the same turns; 0: not compared
  double speedup_aim;      // over it, 0 = none
};

// float32: the same layer on float32 weights, to compare with; may be nullptr.
Result MeasureInterleaved(BenchCase* bench, BenchCase* float32, Probes* probes,
                          double budget_seconds);

}  // namespace fusedrnn
