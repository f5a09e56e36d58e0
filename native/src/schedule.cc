#include "schedule.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "cache_sizes.h"

namespace fusedrnn {
namespace {

// The gates of a chunk are still in L2 when their step comes: measured best between 64 and 128.
constexpr int64_t kChunkRows = 96;
constexpr int64_t kMostChunkRows = 4096;

// Multiplications of one step. Measured on Zen 5, N = 1, T = 1 and 100: at half of it two threads
// take up to twice as long as one. From 10000 on (LSTM from H = 52, GRU 60) they win where the two
// cores share a last-level cache, by a tenth at H = 64 (.78 against .88 us a step of an LSTM); on a
// machine whose cores are far apart they lose there (1.8 us), and break even at twice that.
constexpr int64_t kSmallestShared = 20000;
// Where there are fewer panels than threads, and rows alone are shared: an RNN of 64 units and 8
// rows (33000) takes .6 us a step on one thread and .5 to 1.2 on two, with 32 rows 3.0 and 1.7.
constexpr int64_t kSmallestSharedRows = 60000;

struct Name {
  Partition kind;
  const char* text;
};
constexpr Name kNames[] = {
    {Partition::kOne, "one"},
    {Partition::kUnits, "units"},
    {Partition::kDirections, "directions"},
    {Partition::kLayers, "layers"},
};

// While a wavefront starts and ends, some threads have no chunk: short chunks keep that time short.
constexpr int64_t kWavefrontRows = 8;
constexpr int64_t kMostSlots = 8;

int64_t DefaultChunk(Partition kind) {
  return kind == Partition::kLayers ? kWavefrontRows : kChunkRows;
}

Schedule One() { return Schedule{Partition::kOne, 1, kChunkRows}; }

// No more threads than parts.
int32_t ThreadsFor(Partition kind, const Geometry& g, int64_t n, int32_t threads) {
  const Shape& shape = g.shape;
  int64_t parts = 1;
  if (kind == Partition::kUnits) {
    parts = g.fused ? g.gate_panels * std::max<int64_t>(1, n / kFewestSplitRows) : threads;
  }
  if (kind == Partition::kDirections) parts = shape.directions;
  if (kind == Partition::kLayers) parts = shape.layers;
  return static_cast<int32_t>(std::min<int64_t>(threads, parts));
}

}  // namespace

Schedule DefaultSchedule(const Geometry& g, int64_t t, int64_t n, int32_t threads, bool training) {
  const Shape& shape = g.shape;
  const int64_t recurrent_bytes =
      int64_t{sizeof(float)} * shape.gates * shape.hidden * shape.recurrent;
  // One thread per layer or direction needs no barrier in each step, but then its core's cache must
  // hold all weights that a step reads; with shared steps it holds a part of them.
  if (n == 1 && t > 1 && recurrent_bytes <= Caches().l2 / 2) {
    for (const Partition kind : {Partition::kDirections, Partition::kLayers}) {
      const Schedule schedule{kind, ThreadsFor(kind, g, n, threads), DefaultChunk(kind)};
      const int64_t parts = kind == Partition::kLayers ? shape.layers : shape.directions;
      if (schedule.threads == std::min<int64_t>(threads, kMostSlots) &&
          parts % schedule.threads == 0 &&
          ReasonAgainst(schedule, g, n, threads, training).empty()) {
        return schedule;
      }
    }
  }
  Schedule schedule = One();
  const int64_t step = n * g.shape.gates * g.shape.hidden * g.shape.recurrent;
  const int32_t sharing = ThreadsFor(Partition::kUnits, g, n, threads);
  const bool rows_alone = g.fused && g.gate_panels < sharing;
  if (sharing > 1 && step >= (rows_alone ? kSmallestSharedRows : kSmallestShared)) {
    schedule.partition = Partition::kUnits;
    schedule.threads = sharing;
  }
  return schedule;
}

std::vector<Schedule> CandidateSchedules(const Geometry& g, int64_t t, int64_t n, int32_t threads,
                                         bool training) {
  std::vector<Schedule> candidates{DefaultSchedule(g, t, n, threads, training)};
  const auto add = [&](const Schedule& schedule) {
    if (std::find(candidates.begin(), candidates.end(), schedule) != candidates.end()) return;
    if (ReasonAgainst(schedule, g, n, threads, training).empty()) candidates.push_back(schedule);
  };
  for (const Name& name : kNames) {
    const int64_t chunk = DefaultChunk(name.kind);
    for (const int64_t rows : {chunk / 2, chunk, 2 * chunk}) {
      // All chunk sizes that hold the whole call are equivalent.
      if (rows > chunk && t * n <= chunk) continue;
      if (rows < chunk && t * n <= rows) continue;
      add(Schedule{name.kind, ThreadsFor(name.kind, g, n, threads), rows});
    }
  }
  return candidates;
}

std::string ReasonAgainst(const Schedule& schedule, const Geometry& g, int64_t n, int32_t threads,
                          bool training) {
  std::ostringstream why;
  const Shape& shape = g.shape;
  const bool shares = schedule.partition != Partition::kOne;
  const int32_t most = ThreadsFor(schedule.partition, g, n, threads);
  if (schedule.chunk_rows < 1 || schedule.chunk_rows > kMostChunkRows) {
    why << "chunk=" << schedule.chunk_rows << " (expected: 1 to " << kMostChunkRows << ")";
  } else if (shares ? schedule.threads < 2 : schedule.threads != 1) {
    why << "threads=" << schedule.threads << " (expected: " << (shares ? "at least 2)" : "1)");
  } else if (schedule.threads > most) {
    why << "threads=" << schedule.threads << " (expected: at most " << most << " here)";
  } else if (schedule.SlotCount() > 1 && (training || !g.fused)) {
    why << "this partition is for inference with fused steps";
  } else if (schedule.partition == Partition::kDirections && shape.desc.merge_sum != 0) {
    why << "summed directions cannot run at once";
  } else if (schedule.partition == Partition::kDirections && schedule.threads != shape.directions) {
    why << "threads=" << schedule.threads << " (expected: one for each direction)";
  } else if (schedule.partition == Partition::kLayers && shape.directions > 1) {
    why << "a layer of two directions needs the whole output of the layer below";
  }
  return why.str();
}

std::string Describe(const Schedule& schedule, const Geometry& g) {
  const std::string threads = std::to_string(schedule.threads) + " threads";
  std::string text;
  switch (schedule.partition) {
    case Partition::kOne:
      text = "one thread";
      break;
    case Partition::kUnits:
      text = (g.fused ? "the units of each step over " : "the rows of each step over ") + threads;
      break;
    case Partition::kDirections:
      text = "the directions of each layer over " + threads;
      break;
    case Partition::kLayers:
      text = "the layers as a wavefront over " + threads;
      break;
  }
  return text + ", input products of " + std::to_string(schedule.chunk_rows) + " rows";
}

std::string ToText(const Schedule& schedule) {
  std::ostringstream text;
  for (const Name& name : kNames) {
    if (name.kind == schedule.partition) text << name.text;
  }
  text << " threads=" << schedule.threads << " chunk=" << schedule.chunk_rows;
  return text.str();
}

bool Parse(const std::string& text, const Schedule& otherwise, Schedule* schedule) {
  std::istringstream words(text);
  std::string word;
  if (!(words >> word)) return false;
  Schedule parsed = otherwise;
  const Name* name = std::find_if(std::begin(kNames), std::end(kNames),
                                  [&](const Name& known) { return word == known.text; });
  if (name == std::end(kNames)) return false;
  parsed.partition = name->kind;
  while (words >> word) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos || equals + 1 == word.size()) return false;
    const std::string key = word.substr(0, equals), number = word.substr(equals + 1);
    if (number.size() > 9 || number.find_first_not_of("0123456789") != std::string::npos) {
      return false;
    }
    const long value = std::strtol(number.c_str(), nullptr, 10);
    if (key == "threads") {
      parsed.threads = static_cast<int32_t>(value);
    } else if (key == "chunk") {
      parsed.chunk_rows = value;
    } else {
      return false;
    }
  }
  *schedule = parsed;
  return true;
}

}  // namespace fusedrnn
