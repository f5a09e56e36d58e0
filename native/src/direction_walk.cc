#include "direction_walk.h"

#include <algorithm>

#include "products.h"
#include "rows.h"

namespace fusedrnn {

DirectionWalk::DirectionWalk(const ForwardPass& pass, int64_t layer, int64_t direction,
                             const Team& team)
    : pass_(pass),
      sequence_(pass.sequence),
      g_(pass.g),
      shape_(pass.shape),
      team_(team),
      layer_(layer),
      direction_(direction),
      slot_(team.count == 1 ? team.index : 0),
      reverse_(pass.shape.Reverse(direction)),
      in_place_(pass.InPlace(layer)),
      weights_(pass.packed.Direction(layer, direction)),
      quantized_(pass.plan.Quantized(team.index)),
      saved_(pass.saves ? pass.reserve->Direction(pass.call.reserve, layer, direction)
                        : SavedDirection{}),
      step_count_(pass.plan.step_count) {
  FindParts();
  Start();
}

void DirectionWalk::FindParts() {
  const int64_t projection_panels = weights_.projection.panel_count;
  if (!g_.fused || team_.count == 1) {
    const Share rows = team_.count == 1 ? kAll : Share{team_.index, team_.index + 1, team_.count};
    units_.Add({{0, g_.gate_panels}, {0, shape_.hidden}, rows});
    states_.Add({{0, projection_panels}, {0, shape_.recurrent}, rows});
    return;
  }
  CutUnits();
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

// Panels are few: at H = 200 an LSTM's 13 would leave one of two threads idle for a seventh of the
// time. A panel's cost is that of its vectors that have units.
void DirectionWalk::CutUnits() {
  const auto add = [&](Range panels, const Share& rows) {
    if (panels.size() == 0) return;
    units_.Add({panels,
                {std::min(panels.begin * g_.panel_units, shape_.hidden),
                 std::min(panels.end * g_.panel_units, shape_.hidden)},
                rows});
  };
  if (pass_.call.n < kFewestSplitRows) return add(Own(g_.gate_panels), kAll);
  // All in parts of a vector of units, as many as there are threads.
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

// Initial states. The caller's own rows serve the first step where they are in order, and unless
// hn, which may be h0, is written while another thread still reads them.
void DirectionWalk::Start() {
  const ForwardCall& call = pass_.call;
  const float* h0 = State(call.h0, shape_.recurrent);
  const float* c0 = State(call.c0, shape_.hidden);
  const float* zeros = pass_.plan.At(pass_.plan.layout.zeros);
  const int64_t rows = sequence_.Active(reverse_ ? sequence_.steps() - 1 : 0);
  float* c_state = At(pass_.plan.layout.c);
  if (shape_.lstm && !sequence_.direct()) {
    LoadStates(c0, shape_.hidden, {0, rows}, units_, c_state, g_.ld_hidden);
  }
  if (sequence_.direct() &&
      (team_.count == 1 || call.t > 1 || call.hn != call.h0 || pass_.EndsLate(layer_))) {
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

// Own parts of sorted rows of the caller's states, or zeros. A barrier comes before their use.
void DirectionWalk::LoadStates(const float* from, int64_t width, Range rows, const Parts& parts,
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

DirectionWalk::Chunk DirectionWalk::NextChunk(const ForwardPass& pass, bool reverse, int64_t done) {
  const PackedSequence& sequence = pass.sequence;
  const int64_t steps = sequence.steps();
  const int64_t limit =
      std::min(pass.plan.layout.chunk_rows, std::max(pass.schedule.chunk_rows, pass.call.n));
  const int64_t first = reverse ? steps - 1 - done : done;
  Chunk chunk{};
  for (; done + chunk.steps < steps; ++chunk.steps) {
    const int64_t active = sequence.Active(reverse ? first - chunk.steps : first + chunk.steps);
    if (chunk.steps > 0 && chunk.rows + active > limit) break;
    chunk.rows += active;
  }
  chunk.low = reverse ? first - chunk.steps + 1 : first;
  return chunk;
}

int64_t DirectionWalk::ChunkCount(const ForwardPass& pass, bool reverse) {
  int64_t chunks = 0;
  for (int64_t done = 0; done < pass.sequence.steps(); ++chunks) {
    done += NextChunk(pass, reverse, done).steps;
  }
  return chunks;
}

void DirectionWalk::RunChunk() {
  const Chunk chunk = NextChunk(pass_, reverse_, done_);
  float* gates = pass_.saves ? saved_.gates + sequence_.Offset(chunk.low) * g_.ld_gates
                             : At(pass_.plan.layout.gates);
  const float* x = ChunkInput(chunk);
  const bool rides = pass_.InputRides();
  if (!rides) InputProduct(chunk, x, gates);
  for (int64_t i = 0; i < chunk.steps; ++i) {
    const int64_t t = chunk.low + (reverse_ ? chunk.steps - 1 - i : i);
    Step(t, gates + (sequence_.Offset(t) - sequence_.Offset(chunk.low)) * g_.ld_gates,
         rides ? x : nullptr);
  }
  done_ += chunk.steps;
}

// The packed rows of the layer's input, from the chunk's first on.
const float* DirectionWalk::ChunkInput(const Chunk& chunk) const {
  const int64_t width = shape_.InputWidth(layer_);
  if (layer_ > 0) return pass_.Output(layer_ - 1) + sequence_.Offset(chunk.low) * width;
  if (sequence_.direct()) return pass_.call.x + sequence_.Offset(chunk.low) * width;
  // The last barrier lies after the last use of the chunk before.
  float* const rows = At(pass_.plan.layout.x_chunk);
  if (team_.count == 1 || team_.index == 0) {
    float* to = rows;
    for (int64_t t = chunk.low; t < chunk.low + chunk.steps; ++t) {
      for (int64_t j = 0; j < sequence_.Active(t); ++j, to += width) {
        CopyFloats(to, pass_.call.x + sequence_.CallerRow(t, sequence_.BatchRow(j)) * width, width);
      }
    }
  }
  team_.Sync();
  return rows;
}

void DirectionWalk::InputProduct(const Chunk& chunk, const float* x, float* gates) const {
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
    // The very rows that the steps will read: no barrier lies between.
    for (int64_t t = chunk.low; t < chunk.low + chunk.steps; ++t) {
      const int64_t first = sequence_.Offset(t) - sequence_.Offset(chunk.low);
      product(RowsOf(part, first, first + sequence_.Active(t)), part.panels);
    }
  }
  if (!g_.fused) team_.Sync();  // a step's rows are shared out anew
}

}  // namespace fusedrnn
