// A batch of sequences of different lengths without its padding: which rows are active at each time
// step, and where they are stored.
//
// Rows are sorted by length, longest first, so that the rows active at time t are the first
// Active(t). Only valid elements are stored, in order of time: row j of time t is packed row
// Offset(t) + j. Both directions use that order: the reverse one iterates t downwards, and a row
// becomes active at the last step of its sequence. Without lengths and with time-major data, packed
// rows are the caller's rows and nothing is copied.
#pragma once

#include <cstdint>

namespace fusedrnn {

class PackedSequence {
 public:
  // Workspace of the plan: order [max N], active [max T + 1], offset [max T + 1].
  void Bind(int32_t* order, int32_t* active, int64_t* offset) {
    order_ = order;
    active_ = active;
    offset_ = offset;
  }
  // lengths [N], values 0..T, or nullptr. Throws Failure if a length is out of range.
  void Build(int64_t t, int64_t n, const int32_t* lengths, bool batch_major);

  bool direct() const { return direct_; }   // packed rows are the caller's rows
  int64_t steps() const { return steps_; }  // the longest row's length
  int64_t batch() const { return batch_; }  // N
  int64_t length() const { return t_; }     // T
  int64_t Active(int64_t t) const { return t >= steps_ ? 0 : direct_ ? batch_ : active_[t]; }
  int64_t Offset(int64_t t) const { return direct_ ? t * batch_ : offset_[t]; }
  int64_t rows() const { return Offset(steps_); }
  // The caller's number of sorted row j, for j in [0, N): zero-length rows come last.
  int64_t BatchRow(int64_t j) const { return direct_ ? j : order_[j]; }
  // The caller's row of x or y for (t, batch row n).
  int64_t CallerRow(int64_t t, int64_t n) const {
    return batch_major_ ? n * t_ + t : t * batch_ + n;
  }
  // How many rows active at time t were active in this direction's previous step: the first rows;
  // the others start at t.
  int64_t Continuing(int64_t t, bool reverse) const {
    return reverse ? Active(t + 1) : t == 0 ? 0 : Active(t);
  }
  // How many rows active at time t are active in this direction's next step: the first rows; the
  // others end at t.
  int64_t Remaining(int64_t t, bool reverse) const {
    return reverse ? (t == 0 ? 0 : Active(t)) : Active(t + 1);
  }

  // Consecutive steps of one direction of time.
  struct Chunk {
    int64_t low, steps;       // the times [low, low + steps)
    int64_t first_row, rows;  // packed rows
    bool descending;

    int64_t Time(int64_t step) const { return descending ? low + steps - 1 - step : low + step; }
  };
  // The chunk after the first `done` steps: as many steps as have at most `most_rows` rows
  // together, but at least one.
  Chunk NextChunk(int64_t done, bool descending, int64_t most_rows) const {
    const int64_t first = descending ? steps_ - 1 - done : done;
    Chunk chunk{first, 0, 0, 0, descending};
    for (; done + chunk.steps < steps_; ++chunk.steps) {
      const int64_t active = Active(descending ? first - chunk.steps : first + chunk.steps);
      if (chunk.steps > 0 && chunk.rows + active > most_rows) break;
      chunk.rows += active;
    }
    if (descending) chunk.low = first - chunk.steps + 1;
    chunk.first_row = Offset(chunk.low);
    return chunk;
  }

 private:
  int32_t* order_ = nullptr;
  int32_t* active_ = nullptr;
  int64_t* offset_ = nullptr;
  int64_t t_ = 0, batch_ = 0, steps_ = 0;
  bool direct_ = true, batch_major_ = false;
};

}  // namespace fusedrnn
