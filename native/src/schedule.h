// Which rows are at work at which time, and where they lie.
//
// Rows are sorted by length, longest first, so that those at work at time t are the first
// Active(t). Valid elements alone are kept, in order of time: row j of time t is packed row
// Offset(t) + j. Both directions use that order: the reverse one walks t downwards, its later rows
// joining where their sequence ends. Without lengths and with time-major data, packed rows are the
// caller's rows: nothing is copied.
#pragma once

#include <cstdint>

namespace fusedrnn {

class Schedule {
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
  // The rows at time `t` whose previous step, in this direction, is a time step: the first that
  // many; the others begin at t.
  int64_t Continuing(int64_t t, bool reverse) const {
    return reverse ? Active(t + 1) : t == 0 ? 0 : Active(t);
  }
  // The rows that go on after time t are the first that many; the others end at t.
  int64_t GoingOn(int64_t t, bool reverse) const {
    return reverse ? (t == 0 ? 0 : Active(t)) : Active(t + 1);
  }

 private:
  int32_t* order_ = nullptr;
  int32_t* active_ = nullptr;
  int64_t* offset_ = nullptr;
  int64_t t_ = 0, batch_ = 0, steps_ = 0;
  bool direct_ = true, batch_major_ = false;
};

}  // namespace fusedrnn
