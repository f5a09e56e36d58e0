#include <algorithm>

#include "direction_walk.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {

// In place in the output where its rows are as good as a buffer's.
inline DirectionWalk::Rows DirectionWalk::NewState(int64_t t) const {
  if (!in_place_) return {At(pass_.plan.layout.h[spare_]), g_.ld_recurrent};
  const int64_t row = last_layer() && !sequence_.direct() ? t : sequence_.Offset(t);
  float* output = last_layer() ? pass_.call.y : pass_.Output(layer_);
  return {output + row * shape_.merged + shape_.MergedColumn(direction_), shape_.merged};
}

// The last one goes to the caller at once where his rows are in order.
inline DirectionWalk::Rows DirectionWalk::NewCell(int64_t t) const {
  if (shape_.lstm && sequence_.direct() && IsLast(t)) {
    float* cn = State(pass_.call.cn, shape_.hidden);
    if (cn != nullptr) return {cn, shape_.hidden};
  }
  return {At(pass_.plan.layout.c), g_.ld_hidden};
}

inline StepBuffers DirectionWalk::Buffers(int64_t t, float* gates, const float* x, const Rows& h,
                                          const Rows& c, Range rows) const {
  const int64_t own = rows.begin, packed_row = sequence_.Offset(t) + own;
  StepBuffers buffers;  // every field is set
  buffers.rows = rows.size();
  buffers.first = own;
  buffers.step_count = step_count_;
  buffers.gates = gates + own * g_.ld_gates;
  buffers.ld_x = shape_.InputWidth(layer_);
  buffers.x = x == nullptr ? nullptr : x + own * buffers.ld_x;
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

// What backward reads: own parts.
void DirectionWalk::Save(int64_t t, const Rows& h, const Rows& c) const {
  const int64_t active = sequence_.Active(t), packed_row = sequence_.Offset(t);
  const auto save = [&](const Parts& parts, float* to, int64_t ld, const float* from,
                        int64_t ld_from) {
    for (const Part& part : parts) {
      const Range rows = RowsOf(part, 0, active);
      CopyColumns(to + (packed_row + rows.begin) * ld, ld, from + rows.begin * ld_from, ld_from,
                  rows.size(), part.columns.begin, part.columns.end);
    }
  };
  save(states_, saved_.h_prev, g_.ld_recurrent, h_prev_, ld_h_prev_);
  if (g_.keeps_cell) save(units_, saved_.cell, g_.ld_hidden, c.at, c.ld);
  if (g_.keeps_hidden && shape_.projection == 0) {
    save(units_, saved_.hidden, g_.ld_hidden, h.at, h.ld);
  }
}

// The layer's output: own parts.
void DirectionWalk::Emit(int64_t t, const Rows& h) const {
  float* base = last_layer() ? pass_.call.y : pass_.Output(layer_);
  const bool scattered = last_layer() && !sequence_.direct();
  const bool adds = shape_.SumsInto(direction_);
  for (const Part& part : states_) {
    const int64_t begin = part.columns.begin, count = part.columns.size();
    const int64_t to_column = shape_.MergedColumn(direction_) + begin;
    const Range rows = RowsOf(part, 0, sequence_.Active(t));
    for (int64_t j = rows.begin; j < rows.end; ++j) {
      const int64_t row =
          scattered ? sequence_.CallerRow(t, sequence_.BatchRow(j)) : sequence_.Offset(t) + j;
      float* to = base + row * shape_.merged + to_column;
      if (adds) {
        AddFloats(to, h.at + j * h.ld + begin, count);
      } else {
        CopyFloats(to, h.at + j * h.ld + begin, count);
      }
    }
  }
}

// Final states of the rows that end at t: own parts. c may lie in cn already.
void DirectionWalk::End(int64_t t, const Rows& h, const Rows& c) const {
  float* hn = State(pass_.call.hn, shape_.recurrent);
  float* cn = shape_.lstm ? State(pass_.call.cn, shape_.hidden) : nullptr;
  if (cn == c.at) cn = nullptr;
  const auto end = [&](const Parts& parts, float* to, int64_t width, const Rows& from) {
    if (to == nullptr) return;
    for (const Part& part : parts) {
      const Range rows = RowsOf(part, 0, sequence_.Active(t));
      for (int64_t j = std::max(sequence_.Remaining(t, reverse_), rows.begin); j < rows.end; ++j) {
        CopyFloats(to + sequence_.BatchRow(j) * width + part.columns.begin,
                   from.at + j * from.ld + part.columns.begin, part.columns.size());
      }
    }
  };
  end(states_, hn, shape_.recurrent, h);
  end(units_, cn, shape_.hidden, c);
}

// Initial states of the rows that begin after t: reverse only.
void DirectionWalk::Join(int64_t t, float* h, float* c) const {
  if (!reverse_) return;
  const int64_t begin = sequence_.Active(t), end = sequence_.Active(t - 1);
  if (begin == end) return;
  LoadStates(State(pass_.call.h0, shape_.recurrent), shape_.recurrent, {begin, end}, states_, h,
             g_.ld_recurrent);
  if (shape_.lstm) {
    LoadStates(State(pass_.call.c0, shape_.hidden), shape_.hidden, {begin, end}, units_, c,
               g_.ld_hidden);
  }
}

void DirectionWalk::Step(int64_t t, float* gates, const float* x) {
  const int64_t active = sequence_.Active(t);
  const bool last_step = IsLast(t);
  const Rows h = NewState(t), c = NewCell(t);
  for (const Part& part : units_) {
    const StepBuffers buffers = Buffers(t, gates, x, h, c, RowsOf(part, 0, active));
    if (g_.fused) {
      FusedStep(pass_.packed, weights_, buffers, direction_, part.panels.begin, part.panels.end);
    } else {
      GateMajorStep(pass_.plan, pass_.packed, weights_, buffers, direction_);
    }
  }
  if (shape_.projection > 0) {
    if (g_.fused) team_.Sync();
    const Part& part = states_.part[0];
    const StepBuffers buffers = Buffers(t, gates, x, h, c, RowsOf(part, 0, active));
    Product(pass_.packed, weights_.projection,
            {buffers.h, buffers.ld_h, buffers.rows, nullptr, 0, h.at + buffers.first * h.ld, h.ld,
             quantized_},
            part.panels.begin, part.panels.end);
  }
  if (pass_.saves) Save(t, h, c);
  if (!in_place_) Emit(t, h);
  const bool ends = last_step || !sequence_.direct();
  const bool late = ends && team_.count > 1 && pass_.EndsLate(layer_);
  if (ends && !late) End(t, h, c);
  if (!last_step) Join(t, h.at, c.at);
  // The workers' own last barrier follows upon the last step.
  if (!last_step || !last_layer() || direction_ + 1 < shape_.directions) {
    team_.Sync();
    if (late) End(t, h, c);
  }

  h_prev_ = h.at;
  ld_h_prev_ = h.ld;
  c_prev_ = c.at;
  ld_c_prev_ = c.ld;
  spare_ ^= 1;
  ++step_count_;
}

}  // namespace fusedrnn
