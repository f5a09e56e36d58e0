#include <algorithm>

#include "direction_walk.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {

// In place in the output where its rows are as good as a buffer's.
inline DirectionWalk::Rows DirectionWalk::NewState(int64_t t) const {
  if (!in_place_) return {At(pass_.plan.layout.h[spare_]), g_.ld_recurrent};
  const int64_t row = last_layer() && !schedule_.direct() ? t : schedule_.Offset(t);
  float* output = last_layer() ? pass_.call.y : pass_.Output(layer_);
  return {output + row * shape_.merged + shape_.MergedColumn(direction_), shape_.merged};
}

// The last one goes to the caller at once where his rows are in order.
inline DirectionWalk::Rows DirectionWalk::NewCell(int64_t t) const {
  if (shape_.lstm && schedule_.direct() && IsLast(t)) {
    float* cn = State(pass_.call.cn, shape_.hidden);
    if (cn != nullptr) return {cn, shape_.hidden};
  }
  return {At(pass_.plan.layout.c), g_.ld_hidden};
}

inline StepBuffers DirectionWalk::Buffers(int64_t t, float* gates, const float* x, const Rows& h,
                                          const Rows& c) const {
  const int64_t own = rows_.begin, packed_row = schedule_.Offset(t) + own;
  StepBuffers buffers;  // every field is set
  buffers.rows = rows_.size();
  buffers.first = own;
  buffers.sweep = sweep_;
  buffers.gates = gates + own * g_.ld_gates;
  buffers.x = x;
  buffers.ld_x = shape_.InputWidth(layer_);
  buffers.h_prev = h_prev_ + own * ld_h_prev_;
  buffers.ld_h_prev = ld_h_prev_;
  buffers.h = h.at + own * h.ld;
  buffers.ld_h = h.ld;
  if (shape_.projection > 0) {
    buffers.h = pass_.saves ? saved_.hidden + packed_row * g_.ld_hidden
                            : At(pass_.plan.layout.h_wide) + own * g_.ld_hidden;
    buffers.ld_h = g_.ld_hidden;
  }
  buffers.c_prev = shape_.lstm ? c_prev_ + own * ld_c_prev_ : nullptr;
  buffers.ld_c_prev = ld_c_prev_;
  buffers.c = shape_.lstm ? c.at + own * c.ld : nullptr;
  buffers.ld_c = c.ld;
  buffers.hidden_n =
      pass_.saves && g_.keeps_hidden_n ? saved_.hidden_n + packed_row * g_.ld_hidden : nullptr;
  buffers.save = pass_.saves;
  buffers.quantized = quantized_;
  return buffers;
}

// What backward reads: own rows and columns.
void DirectionWalk::Save(const StepBuffers& step, int64_t packed_row, const float* h,
                         int64_t ld_h) const {
  CopyColumns(saved_.h_prev + packed_row * g_.ld_recurrent, g_.ld_recurrent, step.h_prev,
              step.ld_h_prev, step.rows, columns_.begin, columns_.end);
  if (g_.keeps_cell) {
    CopyColumns(saved_.cell + packed_row * g_.ld_hidden, g_.ld_hidden, step.c, step.ld_c, step.rows,
                units_.begin, units_.end);
  }
  if (g_.keeps_hidden && shape_.projection == 0) {
    CopyColumns(saved_.hidden + packed_row * g_.ld_hidden, g_.ld_hidden, h, ld_h, step.rows,
                columns_.begin, columns_.end);
  }
}

// The layer's output: own rows and columns.
void DirectionWalk::Emit(int64_t t, const Rows& h) const {
  const int64_t begin = columns_.begin, count = columns_.size();
  const int64_t to_column = shape_.MergedColumn(direction_) + begin;
  float* base = last_layer() ? pass_.call.y : pass_.Output(layer_);
  const bool scattered = last_layer() && !schedule_.direct();
  const bool adds = shape_.SumsInto(direction_);
  for (int64_t j = rows_.begin; j < rows_.end; ++j) {
    const int64_t row =
        scattered ? schedule_.CallerRow(t, schedule_.BatchRow(j)) : schedule_.Offset(t) + j;
    float* to = base + row * shape_.merged + to_column;
    if (adds) {
      AddFloats(to, h.at + j * h.ld + begin, count);
    } else {
      CopyFloats(to, h.at + j * h.ld + begin, count);
    }
  }
}

// Final states of the rows that end at t: own rows and columns. c may lie in cn already.
void DirectionWalk::End(int64_t t, const Rows& h, const Rows& c) const {
  float* hn = State(pass_.call.hn, shape_.recurrent);
  float* cn = shape_.lstm ? State(pass_.call.cn, shape_.hidden) : nullptr;
  if (cn == c.at) cn = nullptr;
  if (hn == nullptr && cn == nullptr) return;
  const int64_t first = std::max(schedule_.GoingOn(t, reverse_), rows_.begin);
  for (int64_t j = first; j < rows_.end; ++j) {
    const int64_t n = schedule_.BatchRow(j);
    if (hn != nullptr) {
      CopyFloats(hn + n * shape_.recurrent + columns_.begin, h.at + j * h.ld + columns_.begin,
                 columns_.size());
    }
    if (cn != nullptr) {
      CopyFloats(cn + n * shape_.hidden + units_.begin, c.at + j * c.ld + units_.begin,
                 units_.size());
    }
  }
}

// Initial states of the rows that begin after t: reverse only.
void DirectionWalk::Join(int64_t t, float* h, float* c) const {
  if (!reverse_) return;
  const int64_t begin = schedule_.Active(t), end = schedule_.Active(t - 1);
  if (begin == end) return;
  LoadStates(State(pass_.call.h0, shape_.recurrent), shape_.recurrent, begin, end, columns_, h,
             g_.ld_recurrent);
  if (shape_.lstm) {
    LoadStates(State(pass_.call.c0, shape_.hidden), shape_.hidden, begin, end, units_, c,
               g_.ld_hidden);
  }
}

void DirectionWalk::Step(int64_t t, float* gates, const float* x) {
  const int64_t packed_row = schedule_.Offset(t);
  const bool last_step = IsLast(t);
  rows_ = OwnRows(schedule_.Active(t));
  const Rows h = NewState(t), c = NewCell(t);
  const StepBuffers buffers = Buffers(t, gates, x, h, c);
  if (g_.fused) {
    FusedStep(pass_.packed, weights_, buffers, direction_, panels_.begin, panels_.end);
  } else {
    GateMajorStep(pass_.plan, pass_.packed, weights_, buffers, direction_);
  }
  float* const own_h = h.at + rows_.begin * h.ld;
  if (shape_.projection > 0) {
    if (g_.fused) crew_.Sync();
    Product(pass_.packed, weights_.projection,
            {buffers.h, buffers.ld_h, buffers.rows, nullptr, 0, own_h, h.ld, quantized_},
            projected_.begin, projected_.end);
  }
  if (pass_.saves) Save(buffers, packed_row + rows_.begin, own_h, h.ld);
  if (!in_place_) Emit(t, h);
  const bool ends = last_step || !schedule_.direct();
  const bool late = ends && crew_.count > 1 && pass_.EndsLate(layer_);
  if (ends && !late) End(t, h, c);
  if (!last_step && (g_.fused || crew_.index == 0)) Join(t, h.at, c.at);
  // The workers' own last barrier follows upon the last step.
  if (!last_step || !last_layer() || direction_ + 1 < shape_.directions) {
    crew_.Sync();
    if (late) End(t, h, c);
  }

  h_prev_ = h.at;
  ld_h_prev_ = h.ld;
  c_prev_ = c.at;
  ld_c_prev_ = c.ld;
  spare_ ^= 1;
  ++sweep_;
}

}  // namespace fusedrnn
