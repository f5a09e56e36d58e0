// What of a plan can be chosen without changing a bit of its results: how the work is shared out,
// and in what pieces it is done.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "geometry.h"

namespace fusedrnn {

enum class ScheduleKind {
  kOne,    // the caller's thread does everything
  kUnits,  // each step is shared: its units (fused steps) or its rows (products and gates apart)
  kDirections,  // each direction of a layer is one thread's
  kLayers,  // a wavefront: each layer is one thread's, one chunk of steps behind the layer below
};

// From so many rows on, a panel at the end of a thread's units may be shared by rows: fewer make
// tiles that wait for memory and for their own additions.
constexpr int64_t kFewestSplitRows = 4;

struct Choice {
  ScheduleKind schedule;
  int32_t threads;     // that work, the caller's among them
  int64_t chunk_rows;  // rows (time and batch) of one input product

  // Parts of the workspace (plan.h) that are in use at once.
  int64_t LaneCount() const {
    return schedule == ScheduleKind::kDirections || schedule == ScheduleKind::kLayers ? threads : 1;
  }
};

inline bool operator==(const Choice& a, const Choice& b) {
  return a.schedule == b.schedule && a.threads == b.threads && a.chunk_rows == b.chunk_rows;
}
inline bool operator!=(const Choice& a, const Choice& b) { return !(a == b); }

// The choice by rule, from the shape, the sizes of this machine's caches and the number of threads
// allowed, for calls of T = t and N = n.
Choice RuleFor(const Geometry& geometry, int64_t t, int64_t n, int32_t threads, bool training);

// All that are worth measuring for calls of that size, the rule's first; no two are equal. Each
// gives the same bits.
std::vector<Choice> Candidates(const Geometry& geometry, int64_t t, int64_t n, int32_t threads,
                               bool training);

// Empty if a plan for at most n rows can be made with the choice, else what speaks against it.
// Every candidate fits.
std::string WhyNot(const Choice& choice, const Geometry& geometry, int64_t n, int32_t threads,
                   bool training);

// In words, for people.
std::string Describe(const Choice& choice, const Geometry& geometry);

// For files: "units threads=2 chunk=96". Parse takes what ToText gives and false for all else; keys
// that are missing have the value of `otherwise`, so that texts of an older library can be read.
std::string ToText(const Choice& choice);
bool Parse(const std::string& text, const Choice& otherwise, Choice* choice);

}  // namespace fusedrnn
