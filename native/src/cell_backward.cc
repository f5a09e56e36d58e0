#include "cell_backward.h"

#include <algorithm>

#include "generic_cells.h"
#include "products.h"

namespace fusedrnn {
namespace {

void StandardGates(const fr_plan& plan, const Geometry& g, const BackwardStep& step,
                   int64_t direction, int64_t begin, int64_t end, const float* c_prev) noexcept {
  const int64_t v = g.kernels->width, h = g.shape.hidden;
  const int64_t row = step.packed_row + begin, gradient_row = step.gradient_row + begin;
  const bool with_panels = g.fused && g.shape.gates > 1;
  const auto saved = [row](float* base, int64_t ld) {
    return base == nullptr ? nullptr : base + row * ld;
  };
  PointwiseBackwardArgs args{};
  args.rows = end - begin;
  args.hidden = h;
  args.gates.base = saved(step.saved.gates, g.ld_gates);
  args.gates.ld = g.ld_gates;
  args.gates.block_stride = with_panels ? g.gate_vectors * v : v;
  args.gates.gate_stride = with_panels ? v : h;
  args.dh = step.dh + begin * step.ld_dh;
  args.ld_dh = step.ld_dh;
  args.ld_c_prev = args.ld_c = args.ld_dc = g.ld_hidden;
  if (g.shape.lstm) {
    args.c_prev = c_prev + begin * g.ld_hidden;
    args.c = saved(step.saved.cell, g.ld_hidden);
    args.dc = plan.At(plan.layout.dc) + begin * g.ld_hidden;
  }
  args.h_prev = saved(step.saved.h_prev, g.ld_recurrent);
  args.ld_h_prev = g.ld_recurrent;
  args.h = saved(step.saved.hidden, g.ld_hidden);
  args.ld_h = args.ld_hidden_n = g.ld_hidden;
  args.hidden_n = saved(step.saved.hidden_n, g.ld_hidden);
  args.dgates = plan.At(plan.layout.dgates) + gradient_row * g.ld_gate_major;
  args.ld_dgates = args.ld_dgates_hidden = g.ld_gate_major;
  if (g.shape.gru) {
    args.dgates_hidden = plan.At(plan.layout.dgates_hidden) + gradient_row * g.ld_gate_major;
    args.dh_direct = plan.At(plan.layout.dh[1]) + begin * g.ld_recurrent;
    args.ld_dh_direct = g.ld_recurrent;
  }
  args.cell_clip = g.shape.desc.cell_clip;
  args.activation = g.shape.desc.activation[direction * 3];
  if (g.shape.lstm) {
    g.kernels->f32_lstm_backward(args);
  } else if (g.shape.gru) {
    g.kernels->f32_gru_backward(args);
  } else {
    g.kernels->f32_rnn_backward(args);
  }
}

GenericBackwardArgs GenericArgsOf(const fr_plan& plan, const fr_packed& packed,
                                  const DirectionWeights& weights, const BackwardStep& step,
                                  int64_t direction, int64_t begin, int64_t end,
                                  const float* c_prev) noexcept {
  const Geometry& g = packed.geometry();
  const int64_t row = step.packed_row + begin, gradient_row = step.gradient_row + begin;
  GenericBackwardArgs args{};
  args.shape = &g.shape;
  args.activations = g.shape.ActivationsOf(direction);
  args.peephole = packed.At(weights.peephole);
  args.rows = end - begin;
  args.ld_hidden = g.ld_hidden;
  args.gates = step.saved.gates + row * g.ld_gates;
  args.ld_gates = g.ld_gates;
  args.dh = step.dh == nullptr ? nullptr : step.dh + begin * step.ld_dh;
  args.ld_dh = step.ld_dh;
  args.h_prev = step.saved.h_prev + row * g.ld_recurrent;
  args.ld_h_prev = g.ld_recurrent;
  if (g.shape.lstm) {
    args.c_prev = c_prev + begin * g.ld_hidden;
    args.ld_c_prev = g.ld_hidden;
    args.c = step.saved.cell + row * g.ld_hidden;
    args.dc = plan.At(plan.layout.dc) + begin * g.ld_hidden;
    args.dpeephole = step.dpeephole;
  }
  if (g.shape.gru) {
    args.dh_direct = plan.At(plan.layout.dh[1]) + begin * g.ld_recurrent;
    args.ld_dh_direct = g.ld_recurrent;
  }
  if (step.saved.hidden_n != nullptr) {
    args.hidden_n = step.saved.hidden_n + row * g.ld_hidden;
    args.dgates_hidden = plan.At(plan.layout.dgates_hidden) + gradient_row * g.ld_gate_major;
  }
  if (plan.layout.dh_wide >= 0) args.dreset_h = plan.At(plan.layout.dh_wide) + begin * g.ld_hidden;
  args.ld_dreset_h = g.ld_hidden;
  args.dgates = plan.At(plan.layout.dgates) + gradient_row * g.ld_gate_major;
  args.ld_dgates = g.ld_gate_major;
  return args;
}

// Rows [begin, end) whose previous cell states lie in one buffer.
void Gates(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
           const BackwardStep& step, int64_t direction, int64_t begin, int64_t end,
           const float* c_prev) noexcept {
  if (begin >= end) return;
  const Geometry& g = packed.geometry();
  if (!g.generic) return StandardGates(plan, g, step, direction, begin, end, c_prev);
  const GenericBackwardArgs args =
      GenericArgsOf(plan, packed, weights, step, direction, begin, end, c_prev);
  if (g.shape.lstm) {
    GenericLstmBackward(args);
  } else if (g.shape.gru) {
    GenericGruBackward(args);
  } else {
    GenericRnnBackward(args);
  }
}

// GRU, reset before: the gradient of r∘h_prev first, because that of r needs it. Rows [begin, end).
void ResetBackward(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const BackwardStep& step, int64_t direction, int64_t begin,
                   int64_t end) noexcept {
  if (begin >= end) return;
  const Geometry& g = packed.geometry();
  const RecurrentPart& candidate = weights.recurrent[1];
  const GenericBackwardArgs args =
      GenericArgsOf(plan, packed, weights, step, direction, begin, end, nullptr);
  Product(packed, candidate.transposed,
          {args.dgates + candidate.row, g.ld_gate_major, end - begin, nullptr, 0,
           plan.At(plan.layout.dh_wide) + begin * g.ld_hidden, g.ld_hidden});
  GenericGruResetBackward(args);
  GenericGruResetAgain(
      args, plan.At(plan.layout.reset_h_all) + (step.gradient_row + begin) * g.ld_hidden);
}

}  // namespace

void GatesBackward(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const BackwardStep& step, int64_t direction, const Team& team) noexcept {
  const int64_t begin = team.Begin(step.rows), end = team.End(step.rows);
  Gates(plan, packed, weights, step, direction, begin, std::min(end, step.continuing), step.c_prev);
  Gates(plan, packed, weights, step, direction, std::max(begin, step.continuing), end,
        step.c_initial);
  if (weights.recurrent_parts == 2) {
    ResetBackward(plan, packed, weights, step, direction, begin, end);
  }
}

void RecurrentBackward(const fr_plan& plan, const fr_packed& packed,
                       const DirectionWeights& weights, BackwardStep* step, bool by_rows,
                       const Team& team) noexcept {
  const Geometry& g = packed.geometry();
  const int64_t dgates_at = g.shape.SplitsHidden() ? plan.layout.dgates_hidden : plan.layout.dgates;
  const RecurrentPart& part = weights.recurrent[0];
  const int64_t panels = part.transposed.panel_count;
  const int64_t begin = by_rows ? team.Begin(step->rows) : 0;
  const int64_t end = by_rows ? team.End(step->rows) : step->rows;
  const float* dgates = plan.At(dgates_at) + (step->gradient_row + begin) * g.ld_gate_major;
  const float* direct = g.shape.gru ? plan.At(plan.layout.dh[1]) + begin * g.ld_recurrent : nullptr;
  ProductArgs product = {dgates + part.row, g.ld_gate_major,
                         end - begin,       direct,
                         g.ld_recurrent,    plan.At(plan.layout.dh[0]) + begin * g.ld_recurrent,
                         g.ld_recurrent};
  product.prefetch = &step->prefetch;
  if (by_rows) {
    if (begin < end) Product(packed, part.transposed, product);
  } else {
    Product(packed, part.transposed, product, team.Begin(panels), team.End(panels));
  }
}

}  // namespace fusedrnn
