#include "direction_backward.h"

#include <algorithm>

#include "cache_sizes.h"
#include "cell_backward.h"
#include "gradient_chunks.h"
#include "gradient_products.h"
#include "products.h"
#include "rows.h"

namespace fusedrnn {

DirectionBackward::DirectionBackward(const BackwardPass& pass, int64_t layer, int64_t direction,
                                     const Team& team)
    : pass_(pass),
      sequence_(pass.sequence),
      g_(pass.g),
      shape_(pass.shape),
      team_(team),
      // The sums of the peepholes run over the rows in order.
      step_team_(pass.shape.desc.peephole == 0 ? team : kAlone),
      layer_(layer),
      direction_(direction),
      reverse_(pass.shape.Reverse(direction)),
      owns_rows_(OwnsRows()),
      weights_(pass.packed.Direction(layer, direction)),
      saved_(pass.Saved(layer, direction)) {
  SetConstants();
  if (team_.index == 0) Start();
  team_.Sync();
}

// True: a thread takes the same rows through all steps, without barriers. It then reads all of
// W_hh, and not only its own panels, which pays while W_hh stays in the core's own cache or the
// rows are many.
bool DirectionBackward::OwnsRows() const {
  if (step_team_.count == 1) return true;
  if (!sequence_.direct()) return false;
  const int64_t bytes = shape_.gates * shape_.hidden * shape_.recurrent * int64_t{sizeof(float)};
  return pass_.call.n >= step_team_.count * (bytes <= Caches().l2 ? 4 : 32);
}

// The fields of cell_ that are the same in all steps.
void DirectionBackward::SetConstants() {
  const int64_t v = g_.kernels->width;
  const bool with_panels = g_.fused && shape_.gates > 1;
  cell_ = GenericBackwardArgs{};
  cell_.hidden = shape_.hidden;
  cell_.gates = {nullptr, g_.ld_gates, with_panels ? g_.gate_vectors * v : v,
                 with_panels ? v : shape_.hidden};
  cell_.ld_c_prev = cell_.ld_c = cell_.ld_dc = g_.ld_hidden;
  cell_.ld_h_prev = g_.ld_recurrent;
  cell_.ld_h = cell_.ld_hidden_n = g_.ld_hidden;
  cell_.ld_dgates = cell_.ld_dgates_hidden = g_.ld_gate_major;
  cell_.ld_dh_direct = g_.ld_recurrent;
  cell_.ld_dreset_h = cell_.ld_reset_h = g_.ld_hidden;
  cell_.cell_clip = shape_.desc.cell_clip;
  cell_.activation = shape_.desc.activation[direction_ * 3];
  cell_.shape = &shape_;
  if (!g_.generic) return;
  cell_.activations = shape_.ActivationsOf(direction_);
  cell_.peephole = pass_.packed.At(weights_.peephole);
  cell_.dpeephole = reinterpret_cast<double*>(At(pass_.plan.layout.dpeephole));
}

// Initial cell states in sorted order, and empty sums.
void DirectionBackward::Start() {
  if (shape_.lstm) {
    const float* c0 = State(pass_.call.c0, shape_.hidden);
    float* c_initial = At(pass_.plan.layout.c_initial);
    for (int64_t j = 0; j < sequence_.Active(0); ++j) {
      const int64_t row = sequence_.BatchRow(j) * shape_.hidden;
      CopyOrZeroFloats(c_initial + j * g_.ld_hidden, c0 == nullptr ? nullptr : c0 + row,
                       shape_.hidden);
    }
  }
  if (shape_.desc.peephole != 0) {
    ZeroFloats(At(pass_.plan.layout.dpeephole), 2 * 3 * shape_.hidden);
  }
}

void DirectionBackward::RunChunk() {
  const Chunk chunk = sequence_.NextChunk(done_, !reverse_, GradientRows(g_, pass_.call.n));
  if (team_.index < step_team_.count) {
    for (int64_t i = 0; i < chunk.steps; ++i) Step(chunk, i);
  }
  team_.Sync();
  AddChunkGradients(pass_, layer_, direction_, chunk, team_);
  team_.Sync();
  done_ += chunk.steps;
}

void DirectionBackward::Step(const Chunk& chunk, int64_t step) {
  const int64_t t = chunk.Time(step);
  const StepRows rows = {sequence_.Active(t), sequence_.Offset(t),
                         sequence_.Offset(t) - chunk.first_row, sequence_.Continuing(t, reverse_)};
  const float* c_prev = nullptr;
  if (shape_.lstm && rows.continuing > 0) {
    c_prev = saved_.cell + sequence_.Offset(Previous(t)) * g_.ld_hidden;
  }
  LoadFinalGradients(t, rows.count);
  AddOutputGradient(t, rows.count);
  GatesBackward(rows, ProjectionBackward(rows), c_prev);
  if (!owns_rows_) step_team_.Sync();
  PrefetchList prefetch;
  prefetch.count = 0;
  if (step + 1 < chunk.steps) ListNextReads(t, &prefetch);
  RecurrentProduct(rows, &prefetch);
  if (owns_rows_) {
    StoreInitialGradients(t, step_team_.Begin(rows.count), step_team_.End(rows.count));
  } else {
    step_team_.Sync();
    // These rows take no part in the steps to come: no barrier is needed after it.
    if (step_team_.index == 0) StoreInitialGradients(t, 0, rows.count);
  }
}

// What the step before that of time t reads first of this thread's rows: forward wrote it long ago,
// so it comes from a distant cache. c is read by step t, as its c_prev.
void DirectionBackward::ListNextReads(int64_t t, PrefetchList* list) const {
  const int64_t next = Previous(t), rows = sequence_.Active(next);
  const int64_t begin = step_team_.Begin(rows), count = step_team_.End(rows) - begin;
  if (count == 0) return;
  list->region = 0;
  list->done = 0;
  const auto add = [&](const float* values, int64_t row, int64_t ld) {
    if (values != nullptr) list->regions[list->count++] = {values + row * ld, count * ld};
  };
  const int64_t row = sequence_.Offset(next) + begin;
  if (pass_.HasOutputGradient(layer_) && (layer_ + 1 < shape_.layers || sequence_.direct())) {
    add(pass_.OutputGradientRow(layer_, next, begin), 0, shape_.merged);
  }
  if (shape_.gates > 1 || g_.generic) add(saved_.gates, row, g_.ld_gates);
  if (shape_.lstm) {
    if (sequence_.Continuing(next, reverse_) >= begin + count) {
      add(saved_.cell, sequence_.Offset(Previous(next)) + begin, g_.ld_hidden);
    }
  } else if (shape_.gru) {
    add(saved_.h_prev, row, g_.ld_recurrent);
    add(saved_.hidden_n, row, g_.ld_hidden);
  } else {
    add(saved_.hidden, row, g_.ld_hidden);
  }
}

// dh and dc of the own rows that end at t, from dhn and dcn.
void DirectionBackward::LoadFinalGradients(int64_t t, int64_t rows) const {
  const float* dhn = State(pass_.gradients.dhn, shape_.recurrent);
  const float* dcn = State(pass_.gradients.dcn, shape_.hidden);
  float* dh = At(pass_.plan.layout.dh[0]);
  float* dc = At(pass_.plan.layout.dc);
  const auto load = [&](float* to, const float* from, int64_t j, int64_t width) {
    CopyOrZeroFloats(to, from == nullptr ? nullptr : from + sequence_.BatchRow(j) * width, width);
  };
  const int64_t begin = std::max(step_team_.Begin(rows), sequence_.Remaining(t, reverse_));
  for (int64_t j = begin; j < step_team_.End(rows); ++j) {
    load(dh + j * g_.ld_recurrent, dhn, j, shape_.recurrent);
    if (shape_.lstm) load(dc + j * g_.ld_hidden, dcn, j, shape_.hidden);
  }
}

// dh of own rows += dy, or the gradient of the layer above.
void DirectionBackward::AddOutputGradient(int64_t t, int64_t rows) const {
  if (!pass_.HasOutputGradient(layer_)) return;
  float* dh = At(pass_.plan.layout.dh[0]);
  const int64_t column = shape_.MergedColumn(direction_);
  for (int64_t j = step_team_.Begin(rows); j < step_team_.End(rows); ++j) {
    AddFloats(dh + j * g_.ld_recurrent, pass_.OutputGradientRow(layer_, t, j) + column,
              shape_.recurrent);
  }
}

// The gradient of h before the projection, of own rows, so that no barrier is needed before the
// gates.
DirectionBackward::Rows DirectionBackward::ProjectionBackward(const StepRows& rows) const {
  const float* dh = At(pass_.plan.layout.dh[0]);
  if (shape_.projection == 0) return {dh, g_.ld_recurrent};
  const int64_t begin = step_team_.Begin(rows.count), count = step_team_.End(rows.count) - begin;
  const float* own = dh + begin * g_.ld_recurrent;
  float* wide = At(pass_.plan.layout.dh_wide);
  float* kept = At(pass_.plan.layout.dprojected) + (rows.gradient_row + begin) * g_.ld_recurrent;
  CopyColumns(kept, g_.ld_recurrent, own, g_.ld_recurrent, count, 0, shape_.recurrent);
  Product(pass_.packed, weights_.projection_transposed,
          {own, g_.ld_recurrent, count, nullptr, 0, wide + begin * g_.ld_hidden, g_.ld_hidden});
  return {wide, g_.ld_hidden};
}

// The cell's arguments for the rows [begin, end) of a step.
void DirectionBackward::SetCell(const StepRows& rows, const Rows& dh, const float* c_prev,
                                int64_t begin, int64_t end) {
  const PlanLayout& layout = pass_.plan.layout;
  const int64_t row = rows.packed_row + begin, gradient_row = rows.gradient_row + begin;
  cell_.rows = end - begin;
  cell_.gates.base = saved_.gates + row * g_.ld_gates;
  cell_.dh = dh.at + begin * dh.ld;
  cell_.ld_dh = dh.ld;
  if (shape_.lstm) {
    cell_.c_prev = c_prev + begin * g_.ld_hidden;
    cell_.c = saved_.cell + row * g_.ld_hidden;
    cell_.dc = At(layout.dc) + begin * g_.ld_hidden;
  }
  cell_.h_prev = saved_.h_prev + row * g_.ld_recurrent;
  cell_.h = RowAt(saved_.hidden, row, g_.ld_hidden);
  cell_.hidden_n = RowAt(saved_.hidden_n, row, g_.ld_hidden);
  cell_.dgates = At(layout.dgates) + gradient_row * g_.ld_gate_major;
  if (!shape_.gru) return;
  cell_.dgates_hidden = RowAt(At(layout.dgates_hidden), gradient_row, g_.ld_gate_major);
  cell_.dh_direct = At(layout.dh[1]) + begin * g_.ld_recurrent;
  cell_.dreset_h = RowAt(At(layout.dh_wide), begin, g_.ld_hidden);
  cell_.reset_h = RowAt(At(layout.reset_h_all), gradient_row, g_.ld_hidden);
}

// dgates (and dgates_hidden) of own rows; dc becomes that of c_prev; GRU: dh_direct into dh[1]. The
// c_prev of rows that begin here is in c_initial.
void DirectionBackward::GatesBackward(const StepRows& rows, const Rows& dh, const float* c_prev) {
  const int64_t begin = step_team_.Begin(rows.count), end = step_team_.End(rows.count);
  const int64_t middle = shape_.lstm ? std::clamp(rows.continuing, begin, end) : end;
  if (begin < middle) {
    SetCell(rows, dh, c_prev, begin, middle);
    CellBackward(pass_.packed, weights_, cell_);
  }
  if (middle < end) {
    SetCell(rows, dh, At(pass_.plan.layout.c_initial), middle, end);
    CellBackward(pass_.packed, weights_, cell_);
  }
}

// The gradient of h_prev into dh[0]; fetches what the next step reads meanwhile.
void DirectionBackward::RecurrentProduct(const StepRows& rows, PrefetchList* prefetch) const {
  const PlanLayout& layout = pass_.plan.layout;
  const RecurrentPart& part = weights_.recurrent[0];
  const bool by_rows = owns_rows_ || !g_.fused;
  const int64_t begin = by_rows ? step_team_.Begin(rows.count) : 0;
  const int64_t end = by_rows ? step_team_.End(rows.count) : rows.count;
  const float* dgates = At(shape_.SplitsHidden() ? layout.dgates_hidden : layout.dgates);
  ProductArgs product = {dgates + (rows.gradient_row + begin) * g_.ld_gate_major + part.row,
                         g_.ld_gate_major,
                         end - begin,
                         shape_.gru ? At(layout.dh[1]) + begin * g_.ld_recurrent : nullptr,
                         g_.ld_recurrent,
                         At(layout.dh[0]) + begin * g_.ld_recurrent,
                         g_.ld_recurrent};
  product.prefetch = prefetch;
  if (by_rows) {
    if (begin < end) Product(pass_.packed, part.transposed, product);
  } else {
    const int64_t panels = part.transposed.panel_count;
    Product(pass_.packed, part.transposed, product, step_team_.Begin(panels),
            step_team_.End(panels));
  }
}

// Gradients of the initial states of those of the rows [begin, end) that began at t.
void DirectionBackward::StoreInitialGradients(int64_t t, int64_t begin, int64_t end) const {
  float* dh0 = State(pass_.gradients.dh0, shape_.recurrent);
  float* dc0 = shape_.lstm ? State(pass_.gradients.dc0, shape_.hidden) : nullptr;
  if (dh0 == nullptr && dc0 == nullptr) return;
  for (int64_t j = std::max(begin, sequence_.Continuing(t, reverse_)); j < end; ++j) {
    const int64_t n = sequence_.BatchRow(j);
    if (dh0 != nullptr) {
      CopyFloats(dh0 + n * shape_.recurrent, At(pass_.plan.layout.dh[0]) + j * g_.ld_recurrent,
                 shape_.recurrent);
    }
    if (dc0 != nullptr) {
      CopyFloats(dc0 + n * shape_.hidden, At(pass_.plan.layout.dc) + j * g_.ld_hidden,
                 shape_.hidden);
    }
  }
}

}  // namespace fusedrnn
