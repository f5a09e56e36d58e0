#include "direction_forward.h"

#include <algorithm>

#include "cache_sizes.h"
#include "cell_forward.h"
#include "compressed_step.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {

DirectionForward::DirectionForward(const ForwardPass& pass, int64_t layer, int64_t direction,
                                   const Team& team, int64_t slot)
    : pass_(pass),
      sequence_(pass.sequence),
      g_(pass.g),
      shape_(pass.shape),
      team_(team),
      layer_(layer),
      direction_(direction),
      slot_(slot),
      reverse_(pass.shape.Reverse(direction)),
      in_place_(pass.InPlace(layer)),
      weights_(pass.packed.Direction(layer, direction)),
      saved_(pass.Saved(layer, direction)),
      // A thread of its own slot is alone: one of the two is 0.
      quantized_(pass.plan.Quantized(team.index + slot)),
      step_count_(pass.plan.step_count) {
  PartitionWork();
  SetConstants();
  Start();
}

void DirectionForward::PartitionWork() {
  const int64_t projection_panels = weights_.projection.panel_count;
  if (!g_.fused || team_.count == 1) {
    const Share rows = team_.count == 1 ? kAll : Share{team_.index, team_.index + 1, team_.count};
    units_.Add({{0, g_.gate_panels}, {0, shape_.hidden}, rows});
    states_.Add({{0, projection_panels}, {0, shape_.recurrent}, rows});
    return;
  }
  PartitionUnits();
  if (shape_.projection == 0) {
    states_ = units_;
    return;
  }
  const Range projected = Own(projection_panels);
  states_.Add({projected,
               {std::min(projected.begin * g_.plain_columns, shape_.projection),
                std::min(projected.end * g_.plain_columns, shape_.projection)},
               kAll});
}

// Whole panels alone are too coarse: at H = 200 the 13 panels of an LSTM would leave one of two
// threads idle for a seventh of the time. The cost of a panel is that of its vectors with units.
void DirectionForward::PartitionUnits() {
  const auto add = [&](Range panels, const Share& rows) {
    if (panels.size() == 0) return;
    units_.Add({panels,
                {std::min(panels.begin * g_.panel_units, shape_.hidden),
                 std::min(panels.end * g_.panel_units, shape_.hidden)},
                rows});
  };
  if (pass_.call.n < kFewestSplitRows) return add(Own(g_.gate_panels), kAll);
  // Counted in parts of a vector of units, one for each thread.
  const int64_t width = g_.kernels->width, count = team_.count;
  const int64_t panel = g_.panel_units / width * count;
  const int64_t whole = DivideUp(shape_.hidden, width) * count;
  const int64_t begin = team_.Begin(whole), end = team_.End(whole);
  const int64_t first = begin / panel, last = (end - 1) / panel;
  const Share of_first{begin - first * panel, std::min(end, (first + 1) * panel) - first * panel,
                       std::min(panel, whole - first * panel)};
  const Share of_last{0, end - last * panel, std::min(panel, whole - last * panel)};
  if (first == last) return add({first, first + 1}, of_first);
  if (!of_first.all()) add({first, first + 1}, of_first);
  add({of_first.all() ? first : first + 1, of_last.all() ? last + 1 : last}, kAll);
  if (!of_last.all()) add({last, last + 1}, of_last);
}

// The fields of step_ that are the same in all steps. Set one by one, as SetCell does with the
// others: clearing a StepArgs first takes an eighth of the time of the smallest step.
void DirectionForward::SetConstants() {
  step_.hidden = shape_.hidden;
  step_.save = pass_.saves;
  step_.hidden_bias = pass_.packed.At(weights_.hidden_bias);
  step_.ld_hidden_n = g_.ld_hidden;
  step_.cell_clip = shape_.desc.cell_clip;
  step_.activation = shape_.desc.activation[direction_ * 3];
  if (!g_.fused) return;
  step_.k = shape_.recurrent;
  step_.panels = pass_.packed.At(weights_.recurrent[0].forward.panels);
  step_.l1_bytes = Caches().l1d;
  step_.ld_x = shape_.InputWidth(layer_);
  step_.inputs = weights_.input.k;
  step_.input_panels = pass_.packed.At(weights_.input.panels);
  step_.bias = pass_.packed.At(weights_.bias);
  step_.ld_gates = g_.ld_gates;
}

// Initial states. The first step reads the caller's own rows if they are in order, unless hn, which
// may be h0, is written while another thread still reads them.
void DirectionForward::Start() {
  const Call& call = pass_.call;
  const float* h0 = State(call.h0, shape_.recurrent);
  const float* c0 = State(call.c0, shape_.hidden);
  const float* zeros = pass_.plan.At(pass_.plan.layout.zeros);
  const int64_t rows = sequence_.Active(reverse_ ? sequence_.steps() - 1 : 0);
  float* c_state = At(pass_.plan.layout.c);
  if (shape_.lstm && !sequence_.direct()) {
    LoadStates(c0, shape_.hidden, {0, rows}, units_, c_state, g_.ld_hidden);
  }
  if (sequence_.direct() &&
      (team_.count == 1 || call.t > 1 || call.hn != call.h0 || pass_.DefersFinalState(layer_))) {
    h_prev_ = h0 == nullptr ? zeros : h0;
    ld_h_prev_ = h0 == nullptr ? 0 : shape_.recurrent;
  } else {
    float* state = At(pass_.plan.layout.h[1]);
    LoadStates(h0, shape_.recurrent, {0, rows}, states_, state, g_.ld_recurrent);
    team_.Sync();
    h_prev_ = state;
    ld_h_prev_ = g_.ld_recurrent;
  }
  if (!shape_.lstm) return;
  if (sequence_.direct()) {
    c_prev_ = c0 == nullptr ? zeros : c0;
    ld_c_prev_ = c0 == nullptr ? 0 : shape_.hidden;
  } else {
    c_prev_ = c_state;
    ld_c_prev_ = g_.ld_hidden;
  }
}

// Own parts of sorted rows of the caller's states, or zeros. A barrier must precede their use.
void DirectionForward::LoadStates(const float* from, int64_t width, Range rows, const Parts& parts,
                                  float* to, int64_t ld) const {
  for (const Part& part : parts) {
    const Range own = RowsOf(part, rows.begin, rows.end), columns = part.columns;
    for (int64_t j = own.begin; j < own.end; ++j) {
      float* row = to + j * ld;
      if (from == nullptr) {
        ZeroFloats(row + columns.begin, columns.size());
      } else {
        const float* source = from + sequence_.BatchRow(j) * width;
        CopyFloats(row + columns.begin, source + columns.begin, columns.size());
      }
    }
  }
}

DirectionForward::Chunk DirectionForward::NextChunk(const ForwardPass& pass, bool reverse,
                                                    int64_t done) {
  return pass.sequence.NextChunk(
      done, reverse,
      std::min(pass.plan.layout.chunk_rows, std::max(pass.schedule.chunk_rows, pass.call.n)));
}

int64_t DirectionForward::ChunkCount(const ForwardPass& pass, bool reverse) {
  int64_t chunks = 0;
  for (int64_t done = 0; done < pass.sequence.steps(); ++chunks) {
    done += NextChunk(pass, reverse, done).steps;
  }
  return chunks;
}

void DirectionForward::RunChunk() {
  const Chunk chunk = NextChunk(pass_, reverse_, done_);
  float* gates =
      pass_.saves ? saved_.gates + chunk.first_row * g_.ld_gates : At(pass_.plan.layout.gates);
  const float* x = ChunkInput(chunk);
  const bool fuses_input = pass_.FusesInput();
  if (!fuses_input) InputProduct(chunk, x, gates);
  for (int64_t i = 0; i < chunk.steps; ++i) {
    const int64_t t = chunk.Time(i);
    Step(t, gates + (sequence_.Offset(t) - chunk.first_row) * g_.ld_gates,
         fuses_input ? x : nullptr);
  }
  done_ += chunk.steps;
}

// The packed rows of the layer's input, from the first of the chunk on.
const float* DirectionForward::ChunkInput(const Chunk& chunk) const {
  const int64_t width = shape_.InputWidth(layer_);
  if (layer_ > 0) return pass_.Output(layer_ - 1) + chunk.first_row * width;
  if (sequence_.direct()) return pass_.call.x + chunk.first_row * width;
  // The last barrier came after the last use of the previous chunk.
  float* const rows = At(pass_.plan.layout.x_chunk);
  if (team_.index == 0) {
    pass_.Gather(pass_.call.x, width, chunk.low, chunk.low + chunk.steps, rows);
  }
  team_.Sync();
  return rows;
}

void DirectionForward::InputProduct(const Chunk& chunk, const float* x, float* gates) const {
  const int64_t width = shape_.InputWidth(layer_);
  const auto product = [&](Range rows, Range panels) {
    Product(pass_.packed, weights_.input,
            {x + rows.begin * width, width, rows.size(), pass_.packed.At(weights_.bias), 0,
             gates + rows.begin * g_.ld_gates, g_.ld_gates, quantized_},
            panels.begin, panels.end);
  };
  for (const Part& part : units_) {
    if (!g_.fused || part.rows.all()) {
      product(RowsOf(part, 0, chunk.rows), part.panels);
      continue;
    }
    // Exactly the rows that this thread's steps read: there is no barrier in between.
    for (int64_t t = chunk.low; t < chunk.low + chunk.steps; ++t) {
      const int64_t first = sequence_.Offset(t) - chunk.first_row;
      product(RowsOf(part, first, first + sequence_.Active(t)), part.panels);
    }
  }
  if (!g_.fused) team_.Sync();  // each step partitions its own rows
}

// The output itself if h is computed in place.
inline DirectionForward::Rows DirectionForward::NewState(int64_t t) const {
  if (!in_place_) return {At(pass_.plan.layout.h[spare_]), g_.ld_recurrent};
  const int64_t row = last_layer() && !sequence_.direct() ? t : sequence_.Offset(t);
  float* output = last_layer() ? pass_.call.y : pass_.Output(layer_);
  return {output + row * shape_.merged + shape_.MergedColumn(direction_), shape_.merged};
}

// The last one is written to the caller's cn if its rows are in order.
inline DirectionForward::Rows DirectionForward::NewCell(int64_t t) const {
  if (shape_.lstm && sequence_.direct() && IsLast(t)) {
    float* cn = State(pass_.call.cn, shape_.hidden);
    if (cn != nullptr) return {cn, shape_.hidden};
  }
  return {At(pass_.plan.layout.c), g_.ld_hidden};
}

// With a projection: h before it, which backward reads.
inline DirectionForward::Rows DirectionForward::Unprojected(int64_t t) const {
  return {pass_.saves ? saved_.hidden + sequence_.Offset(t) * g_.ld_hidden
                      : At(pass_.plan.layout.h_wide),
          g_.ld_hidden};
}

// The cell's arguments for own rows of step t, whose h goes to `h` and c to `c`.
inline void DirectionForward::SetCell(int64_t t, Range rows, const Rows& h, const Rows& c) {
  const int64_t own = rows.begin;
  step_.rows = rows.size();
  step_.h_prev = h_prev_ + own * ld_h_prev_;
  step_.ld_h_prev = ld_h_prev_;
  step_.h_out = h.at + own * h.ld;
  step_.ld_h_out = h.ld;
  step_.c_prev = shape_.lstm ? c_prev_ + own * ld_c_prev_ : nullptr;
  step_.ld_c_prev = ld_c_prev_;
  step_.c_out = shape_.lstm ? c.at + own * c.ld : nullptr;
  step_.ld_c_out = c.ld;
  step_.hidden_n = pass_.saves && g_.keeps_hidden_n
                       ? saved_.hidden_n + (sequence_.Offset(t) + own) * g_.ld_hidden
                       : nullptr;
}

// Product and gates by one kernel, for the columns of a range of panels. Not inlined: GCC would
// copy the range as one vector, and wait for the stores of its two ends.
__attribute__((noinline)) void DirectionForward::FusedStep(int64_t panel_begin, int64_t panel_end,
                                                           float* gates, const float* x) {
  if (panel_begin == panel_end) return;
  step_.panel_begin = panel_begin;
  step_.panel_end = panel_end;
  step_.descending = (step_count_ & 1) != 0;
  step_.x = x;
  step_.gates = gates;
  if (g_.form != WeightForm::kFloat32) {
    CompressedStep(pass_.packed, weights_, step_, quantized_);
  } else if (shape_.lstm) {
    g_.kernels->f32_lstm_step(step_);
  } else if (shape_.gru) {
    g_.kernels->f32_gru_step(step_);
  } else {
    g_.kernels->f32_rnn_step(step_);
  }
}

// Products, then gates, on gate-major rows. first_row: of the own rows among the step's.
void DirectionForward::SeparateStep(int64_t first_row, float* gates) const {
  if (step_.rows == 0) return;
  const int64_t v = g_.kernels->width, h = shape_.hidden;
  const auto scratch = [&](int64_t offset, int64_t ld) {
    return offset < 0 ? nullptr : At(offset) + first_row * ld;
  };
  GenericArgs args{};
  static_cast<CellArgs&>(args) = step_;
  args.gates = {gates, g_.ld_gates, v, h};
  args.recurrent = {scratch(pass_.plan.layout.recurrent, g_.ld_gate_major), g_.ld_gate_major, v, h};
  args.shape = &shape_;
  args.activations = shape_.ActivationsOf(direction_);
  args.peephole = pass_.packed.At(weights_.peephole);
  args.reset_h = scratch(pass_.plan.layout.reset_h, g_.ld_hidden);
  args.ld_reset_h = g_.ld_hidden;
  CellForward(pass_.packed, weights_, args);
}

// Own parts of what backward reads.
void DirectionForward::SaveForBackward(int64_t t, const Rows& h, const Rows& c) const {
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

// Own parts of the layer's output.
void DirectionForward::StoreOutput(int64_t t, const Rows& h) const {
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

// Own parts of the final states of the rows that end at t. c may be in cn already.
void DirectionForward::StoreFinalStates(int64_t t, const Rows& h, const Rows& c) const {
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

// Initial states of the rows that begin after t, which happens in reverse only.
void DirectionForward::LoadInitialStates(int64_t t, float* h, float* c) const {
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

void DirectionForward::Step(int64_t t, float* gates, const float* x) {
  const int64_t active = sequence_.Active(t);
  const bool last_step = IsLast(t);
  const Rows h = NewState(t), c = NewCell(t);
  const Rows hidden = shape_.projection > 0 ? Unprojected(t) : h;
  for (const Part& part : units_) {
    const Range rows = RowsOf(part, 0, active);
    SetCell(t, rows, hidden, c);
    float* own_gates = gates + rows.begin * g_.ld_gates;
    if (g_.fused) {
      FusedStep(part.panels.begin, part.panels.end, own_gates,
                x == nullptr ? nullptr : x + rows.begin * step_.ld_x);
    } else {
      SeparateStep(rows.begin, own_gates);
    }
  }
  if (shape_.projection > 0) {
    if (g_.fused) team_.Sync();
    const Part& part = states_.part[0];
    const Range rows = RowsOf(part, 0, active);
    Product(pass_.packed, weights_.projection,
            {hidden.at + rows.begin * hidden.ld, hidden.ld, rows.size(), nullptr, 0,
             h.at + rows.begin * h.ld, h.ld, quantized_},
            part.panels.begin, part.panels.end);
  }
  if (pass_.saves) SaveForBackward(t, h, c);
  if (!in_place_) StoreOutput(t, h);
  const bool ends = last_step || !sequence_.direct();
  const bool deferred = ends && team_.count > 1 && pass_.DefersFinalState(layer_);
  if (ends && !deferred) StoreFinalStates(t, h, c);
  if (!last_step) LoadInitialStates(t, h.at, c.at);
  // After the very last step the end of the call is the barrier.
  if (!last_step || !last_layer() || direction_ + 1 < shape_.directions) {
    team_.Sync();
    if (deferred) StoreFinalStates(t, h, c);
  }

  h_prev_ = h.at;
  ld_h_prev_ = h.ld;
  c_prev_ = c.at;
  ld_c_prev_ = c.ld;
  spare_ ^= 1;
  ++step_count_;
}

}  // namespace fusedrnn
