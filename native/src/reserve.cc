#include "reserve.h"

#include "memory.h"

namespace fusedrnn {
namespace {

constexpr int64_t kHeaderFloats = 16;
static_assert(sizeof(ReserveHeader) <= kHeaderFloats * sizeof(float), "the header has its place");

}  // namespace

ReserveLayout::ReserveLayout(const Geometry& g, int64_t t, int64_t n)
    : directions_(g.shape.directions) {
  const int64_t rows = CheckedMultiply(t, n);
  ArenaLayout slot;
  const auto place = [&](bool wanted, int64_t ld) { return wanted ? slot.Floats(rows, ld) : -1; };
  gates_ = place(true, g.ld_gates);
  h_prev_ = place(true, g.ld_recurrent);
  cell_ = place(g.keeps_cell, g.ld_hidden);
  hidden_ = place(g.keeps_hidden, g.ld_hidden);
  hidden_n_ = place(g.keeps_hidden_n, g.ld_hidden);
  slot_floats_ = slot.bytes() / static_cast<int64_t>(sizeof(float));
  ArenaLayout output;
  output.Floats(rows, g.shape.merged);
  output_floats_ = output.bytes() / static_cast<int64_t>(sizeof(float));

  ArenaLayout whole;
  whole.Floats(kHeaderFloats);
  slots_ = whole.Floats(CheckedMultiply(g.shape.layers, directions_), slot_floats_);
  outputs_ = whole.Floats(g.shape.layers - 1, output_floats_);
  bytes_ = whole.bytes();
}

SavedDirection ReserveLayout::Direction(float* reserve, int64_t layer, int64_t direction) const {
  float* slot = reserve + slots_ + (layer * directions_ + direction) * slot_floats_;
  const auto at = [slot](int64_t offset) { return offset < 0 ? nullptr : slot + offset; };
  return SavedDirection{at(gates_), at(h_prev_), at(cell_), at(hidden_), at(hidden_n_)};
}

}  // namespace fusedrnn
