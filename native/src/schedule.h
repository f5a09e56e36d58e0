// How the work of a call is partitioned over threads, and how many rows one input product takes. No
// schedule changes a bit of the results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "geometry.h"

namespace fusedrnn {

enum class Partition {
  kOne,         // no partition: the caller's thread does everything
  kUnits,       // the units of each step (fused steps), or its rows (separate products and gates)
  kDirections,  // the directions of a layer, one thread each
  kLayers,      // wavefront: the layers, one thread each, one chunk behind the layer below
};

// From this many rows on, a panel at the end of a thread's units may be shared by rows: tiles of
// fewer rows are bound by memory and by the latency of their additions.
constexpr int64_t kFewestSplitRows = 4;

struct Schedule {
  Partition partition;
  int32_t threads;     // that work on a call, including the caller's
  int64_t chunk_rows;  // rows (time and batch) of one input product

  // Slots of the workspace (plan.h) in use at once.
  int64_t SlotCount() const {
    return partition == Partition::kDirections || partition == Partition::kLayers ? threads : 1;
  }
};

inline bool operator==(const Schedule& a, const Schedule& b) {
  return a.partition == b.partition && a.threads == b.threads && a.chunk_rows == b.chunk_rows;
}
inline bool operator!=(const Schedule& a, const Schedule& b) { return !(a == b); }

// The default schedule for calls of T = t and N = n, by rule: from the shape, the cache sizes of
// this machine and the number of threads allowed.
Schedule DefaultSchedule(const Geometry& geometry, int64_t t, int64_t n, int32_t threads,
                         bool training);

// All schedules worth measuring for calls of that size, the default first; no two are equal. Each
// gives the same bits.
std::vector<Schedule> CandidateSchedules(const Geometry& geometry, int64_t t, int64_t n,
                                         int32_t threads, bool training);

// Why a plan for at most n rows cannot have the schedule; empty if it can, as with every
// candidate.
std::string ReasonAgainst(const Schedule& schedule, const Geometry& geometry, int64_t n,
                          int32_t threads, bool training);

// For explanations.
std::string Describe(const Schedule& schedule, const Geometry& geometry);

// For files: "units threads=2 chunk=96". Parse accepts what ToText writes and returns false for
// anything else; a missing key has its value in `otherwise`, so that texts of an older library can
// be read.
std::string ToText(const Schedule& schedule);
bool Parse(const std::string& text, const Schedule& otherwise, Schedule* schedule);

}  // namespace fusedrnn
