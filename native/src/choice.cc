#include "choice.h"

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
// cores are near each other, by a tenth at H = 64 (.78 against .88 us a step of an LSTM); on a
// machine whose cores are far apart they lose there (1.8 us), and still break even at twice that.
constexpr int64_t kSmallestShared = 20000;
// Where there are fewer panels than threads, and rows alone are shared: an RNN of 64 units and 8
// rows (33000) takes .6 us a step on one thread and .5 to 1.2 on two, with 32 rows 3.0 and 1.7.
constexpr int64_t kSmallestSharedRows = 60000;

struct Name {
  ScheduleKind kind;
  const char* text;
};
constexpr Name kNames[] = {
    {ScheduleKind::kOne, "one"},
    {ScheduleKind::kUnits, "units"},
    {ScheduleKind::kDirections, "directions"},
    {ScheduleKind::kLayers, "layers"},
};

// A wavefront starts and ends with chunks that not all threads have: short ones.
constexpr int64_t kWavefrontRows = 8;
constexpr int64_t kMostLanes = 8;

int64_t DefaultChunk(ScheduleKind kind) {
  return kind == ScheduleKind::kLayers ? kWavefrontRows : kChunkRows;
}

Choice One() { return Choice{ScheduleKind::kOne, 1, kChunkRows}; }

// More threads than parts would have nothing to do.
int32_t ThreadsFor(ScheduleKind kind, const Geometry& g, int64_t n, int32_t threads) {
  const Shape& shape = g.shape;
  int64_t parts = 1;
  if (kind == ScheduleKind::kUnits) {
    parts = g.fused ? g.gate_panels * std::max<int64_t>(1, n / kFewestSplitRows) : threads;
  }
  if (kind == ScheduleKind::kDirections) parts = shape.directions;
  if (kind == ScheduleKind::kLayers) parts = shape.layers;
  return static_cast<int32_t>(std::min<int64_t>(threads, parts));
}

}  // namespace

Choice RuleFor(const Geometry& g, int64_t t, int64_t n, int32_t threads, bool training) {
  const Shape& shape = g.shape;
  const int64_t recurrent_bytes =
      int64_t{sizeof(float)} * shape.gates * shape.hidden * shape.recurrent;
  // One thread per layer or direction needs no barrier in each step, but its core must hold all of
  // the weights that a step reads, where shared steps leave it a part.
  if (n == 1 && t > 1 && recurrent_bytes <= Caches().l2 / 2) {
    for (const ScheduleKind kind : {ScheduleKind::kDirections, ScheduleKind::kLayers}) {
      const Choice choice{kind, ThreadsFor(kind, g, n, threads), DefaultChunk(kind)};
      const int64_t parts = kind == ScheduleKind::kLayers ? shape.layers : shape.directions;
      if (choice.threads == std::min<int64_t>(threads, kMostLanes) && parts % choice.threads == 0 &&
          WhyNot(choice, g, n, threads, training).empty()) {
        return choice;
      }
    }
  }
  Choice choice = One();
  const int64_t step = n * g.shape.gates * g.shape.hidden * g.shape.recurrent;
  const int32_t sharing = ThreadsFor(ScheduleKind::kUnits, g, n, threads);
  const bool rows_alone = g.fused && g.gate_panels < sharing;
  if (sharing > 1 && step >= (rows_alone ? kSmallestSharedRows : kSmallestShared)) {
    choice.schedule = ScheduleKind::kUnits;
    choice.threads = sharing;
  }
  return choice;
}

std::vector<Choice> Candidates(const Geometry& g, int64_t t, int64_t n, int32_t threads,
                               bool training) {
  std::vector<Choice> candidates{RuleFor(g, t, n, threads, training)};
  const auto add = [&](const Choice& choice) {
    if (std::find(candidates.begin(), candidates.end(), choice) != candidates.end()) return;
    if (WhyNot(choice, g, n, threads, training).empty()) candidates.push_back(choice);
  };
  for (const Name& name : kNames) {
    const int64_t chunk = DefaultChunk(name.kind);
    for (const int64_t rows : {chunk / 2, chunk, 2 * chunk}) {
      // Chunks that hold the whole call are all alike.
      if (rows > chunk && t * n <= chunk) continue;
      if (rows < chunk && t * n <= rows) continue;
      add(Choice{name.kind, ThreadsFor(name.kind, g, n, threads), rows});
    }
  }
  return candidates;
}

std::string WhyNot(const Choice& choice, const Geometry& g, int64_t n, int32_t threads,
                   bool training) {
  std::ostringstream why;
  const Shape& shape = g.shape;
  const bool shares = choice.schedule != ScheduleKind::kOne;
  const int32_t most = ThreadsFor(choice.schedule, g, n, threads);
  if (choice.chunk_rows < 1 || choice.chunk_rows > kMostChunkRows) {
    why << "chunk=" << choice.chunk_rows << " (expected: 1 to " << kMostChunkRows << ")";
  } else if (shares ? choice.threads < 2 : choice.threads != 1) {
    why << "threads=" << choice.threads << " (expected: " << (shares ? "at least 2)" : "1)");
  } else if (choice.threads > most) {
    why << "threads=" << choice.threads << " (expected: at most " << most << " here)";
  } else if (choice.LaneCount() > 1 && (training || !g.fused)) {
    why << "this schedule is for inference with fused steps";
  } else if (choice.schedule == ScheduleKind::kDirections && shape.desc.merge_sum != 0) {
    why << "directions that are summed cannot be walked at once";
  } else if (choice.schedule == ScheduleKind::kDirections && choice.threads != shape.directions) {
    why << "threads=" << choice.threads << " (expected: one for each direction)";
  } else if (choice.schedule == ScheduleKind::kLayers && shape.directions > 1) {
    why << "layers of two directions need each other's whole output";
  }
  return why.str();
}

std::string Describe(const Choice& choice, const Geometry& g) {
  const std::string threads = std::to_string(choice.threads) + " threads";
  std::string text;
  switch (choice.schedule) {
    case ScheduleKind::kOne:
      text = "one thread";
      break;
    case ScheduleKind::kUnits:
      text = (g.fused ? "the units of each step over " : "the rows of each step over ") + threads;
      break;
    case ScheduleKind::kDirections:
      text = "the directions of each layer over " + threads;
      break;
    case ScheduleKind::kLayers:
      text = "the layers as a wavefront over " + threads;
      break;
  }
  return text + ", input products of " + std::to_string(choice.chunk_rows) + " rows";
}

std::string ToText(const Choice& choice) {
  std::ostringstream text;
  for (const Name& name : kNames) {
    if (name.kind == choice.schedule) text << name.text;
  }
  text << " threads=" << choice.threads << " chunk=" << choice.chunk_rows;
  return text.str();
}

bool Parse(const std::string& text, const Choice& otherwise, Choice* choice) {
  std::istringstream words(text);
  std::string word;
  if (!(words >> word)) return false;
  Choice parsed = otherwise;
  const Name* name = std::find_if(std::begin(kNames), std::end(kNames),
                                  [&](const Name& known) { return word == known.text; });
  if (name == std::end(kNames)) return false;
  parsed.schedule = name->kind;
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
  *choice = parsed;
  return true;
}

}  // namespace fusedrnn
