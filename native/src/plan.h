// Workspace and schedule of calls: everything that a call needs besides weights and the caller's
// buffers. One thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "geometry.h"
#include "memory.h"
#include "packed_sequence.h"
#include "schedule.h"
#include "workers.h"

namespace fusedrnn {

// Offsets of the workspace's parts in floats; -1 where a plan needs none. [rows, leading
// dimension] is in plan.cc.
struct PlanLayout {
  int64_t order, active, offset;
  int64_t zeros;
  int64_t h[2], c, h_wide, recurrent, reset_h;
  int64_t gates, x_chunk;
  int64_t quantized;  // int8: per thread, quantized_floats
  int64_t quantized_floats;
  int64_t output[2];
  // training
  int64_t dh[2], dh_wide, dc, c_initial;
  int64_t dgates, dgates_hidden, dprojected, reset_h_all;
  int64_t doutput[2], x_packed, dx_packed, dpeephole;

  int64_t gemm_work, gemm_work_floats;  // of each thread

  int64_t chunk_rows;
  // A slot holds what one layer and direction needs while its steps run: h to x_chunk. Schedules
  // that run several at once have a slot for each, slot_stride floats apart.
  int64_t slot_stride;
  int64_t bytes;

  static PlanLayout Of(const Geometry& geometry, const Schedule& schedule, int64_t max_t,
                       int64_t max_n, int32_t threads, bool training);
};

}  // namespace fusedrnn

struct fr_plan {
 public:
  // With a valid schedule (ReasonAgainst), used for calls of the full size.
  fr_plan(fusedrnn::SharedGeometry layer, int32_t max_t, int32_t max_n, int32_t threads,
          bool training, const fusedrnn::Schedule& schedule);

  // The schedule of a call: smaller ones than the plan's get the default, within the plan's
  // threads.
  fusedrnn::Schedule ScheduleFor(int64_t t, int64_t n) const;
  // How many of the plan's threads work on steps of n rows.
  int TeamSize(int64_t n) const;
  // int8: the memory for quantised inputs of the thread of that index among the team.
  float* Quantized(int64_t thread) const {
    return layout.quantized < 0 ? nullptr : At(layout.quantized) + thread * layout.quantized_floats;
  }
  float* At(int64_t offset) const { return offset < 0 ? nullptr : buffer_.floats() + offset; }

  const fusedrnn::SharedGeometry layer;
  const int32_t max_t, max_n;
  const bool training;
  const fusedrnn::Schedule schedule;
  const fusedrnn::PlanLayout layout;
  fusedrnn::PackedSequence sequence;
  int64_t step_count = 0;  // steps of all calls so far
  fusedrnn::Workers workers;
  const std::string description;

 private:
  fusedrnn::AlignedBuffer buffer_;
};

namespace fusedrnn {

// Throws Failure if threads, max_t or max_n is out of range.
void CheckPlanArguments(int32_t max_t, int32_t max_n, int32_t threads);

}  // namespace fusedrnn
