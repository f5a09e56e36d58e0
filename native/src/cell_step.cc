#include "cell_step.h"

#include "cache_sizes.h"
#include "compressed_step.h"
#include "generic_cells.h"
#include "products.h"

namespace fusedrnn {

namespace {

// Fields are set one by one, all of them: clearing a StepArgs first takes as long as an eighth of
// the smallest step.
void SetCell(const fr_packed& packed, const DirectionWeights& weights, const StepBuffers& step,
             int64_t direction, CellArgs* args) noexcept {
  const Geometry& g = packed.geometry();
  args->rows = step.rows;
  args->hidden = g.shape.hidden;
  args->save = step.save;
  args->h_prev = step.h_prev;
  args->ld_h_prev = step.ld_h_prev;
  args->h_out = step.h;
  args->ld_h_out = step.ld_h;
  args->c_prev = step.c_prev;
  args->ld_c_prev = step.ld_c_prev;
  args->c_out = step.c;
  args->ld_c_out = step.ld_c;
  args->hidden_bias = packed.At(weights.hidden_bias);
  args->hidden_n = step.hidden_n;
  args->ld_hidden_n = g.ld_hidden;
  args->cell_clip = g.shape.desc.cell_clip;
  args->activation = g.shape.desc.activation[direction * 3];
}

}  // namespace

void FusedStep(const fr_packed& packed, const DirectionWeights& weights, const StepBuffers& step,
               int64_t direction, int64_t panel_begin, int64_t panel_end) noexcept {
  if (panel_begin == panel_end) return;
  const Geometry& g = packed.geometry();
  StepArgs args;
  SetCell(packed, weights, step, direction, &args);
  args.k = g.shape.recurrent;
  args.panels = packed.At(weights.recurrent[0].forward.panels);
  args.panel_begin = panel_begin;
  args.panel_end = panel_end;
  args.descending = (step.step_count & 1) != 0;
  args.l1_bytes = Caches().l1d;
  args.x = step.x;
  args.ld_x = step.ld_x;
  args.inputs = weights.input.k;
  args.input_panels = packed.At(weights.input.panels);
  args.bias = packed.At(weights.bias);
  args.gates = step.gates;
  args.ld_gates = g.ld_gates;
  if (g.form != WeightForm::kFloat32) {
    CompressedStep(packed, weights, args, step.quantized);
  } else if (g.shape.lstm) {
    g.kernels->f32_lstm_step(args);
  } else if (g.shape.gru) {
    g.kernels->f32_gru_step(args);
  } else {
    g.kernels->f32_rnn_step(args);
  }
}

namespace {

float* ScratchRows(const fr_plan& plan, int64_t at, const StepBuffers& step, int64_t ld) noexcept {
  return at < 0 ? nullptr : plan.At(at) + step.first * ld;
}

float* RecurrentRows(const fr_plan& plan, const Geometry& g, const StepBuffers& step) noexcept {
  return ScratchRows(plan, plan.layout.recurrent, step, g.ld_gate_major);
}

void StandardGates(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const StepBuffers& step, int64_t direction) noexcept {
  const Geometry& g = packed.geometry();
  const int64_t v = g.kernels->width, h = g.shape.hidden;
  PointwiseArgs args;
  SetCell(packed, weights, step, direction, &args);
  args.gates = GateView{step.gates, g.ld_gates, v, h};
  args.recurrent = GateView{RecurrentRows(plan, g, step), g.ld_gate_major, v, h};
  if (g.shape.lstm) {
    g.kernels->f32_lstm_pointwise(args);
  } else if (g.shape.gru) {
    g.kernels->f32_gru_pointwise(args);
  } else {
    g.kernels->f32_rnn_pointwise(args);
  }
}

GenericArgs GenericArgsOf(const fr_plan& plan, const fr_packed& packed,
                          const DirectionWeights& weights, const StepBuffers& step,
                          int64_t direction) noexcept {
  const Geometry& g = packed.geometry();
  GenericArgs args{};
  args.shape = &g.shape;
  args.activations = g.shape.ActivationsOf(direction);
  args.peephole = packed.At(weights.peephole);
  args.hidden_bias = packed.At(weights.hidden_bias);
  args.rows = step.rows;
  args.ld_hidden = g.ld_hidden;
  args.gates = step.gates;
  args.ld_gates = g.ld_gates;
  args.recurrent = RecurrentRows(plan, g, step);
  args.ld_recurrent = g.ld_gate_major;
  args.h_prev = step.h_prev;
  args.ld_h_prev = step.ld_h_prev;
  args.h_out = step.h;
  args.ld_h_out = step.ld_h;
  args.c_prev = step.c_prev;
  args.ld_c_prev = step.ld_c_prev;
  args.c_out = step.c;
  args.ld_c_out = step.ld_c;
  args.reset_h = ScratchRows(plan, plan.layout.reset_h, step, g.ld_hidden);
  args.hidden_n = step.hidden_n;
  return args;
}

}  // namespace

void GateMajorStep(const fr_plan& plan, const fr_packed& packed, const DirectionWeights& weights,
                   const StepBuffers& step, int64_t direction) noexcept {
  if (step.rows == 0) return;
  const Geometry& g = packed.geometry();
  const GenericArgs generic = GenericArgsOf(plan, packed, weights, step, direction);
  const auto add_product = [&](const RecurrentPart& part, const float* a, int64_t lda) {
    float* out = step.gates + part.row;
    Product(packed, part.forward, {a, lda, step.rows, out, g.ld_gates, out, g.ld_gates});
  };
  if (g.shape.SplitsHidden()) {
    Product(packed, weights.recurrent[0].forward,
            {step.h_prev, step.ld_h_prev, step.rows, nullptr, 0, RecurrentRows(plan, g, step),
             g.ld_gate_major});
  } else {
    add_product(weights.recurrent[0], step.h_prev, step.ld_h_prev);
    if (weights.recurrent_parts == 2) {
      GenericGruReset(generic);
      add_product(weights.recurrent[1], generic.reset_h, g.ld_hidden);
    }
  }
  if (!g.generic) return StandardGates(plan, packed, weights, step, direction);
  if (g.shape.lstm) {
    GenericLstmForward(generic);
  } else if (g.shape.gru) {
    GenericGruForward(generic);
  } else {
    GenericRnnForward(generic);
  }
}

}  // namespace fusedrnn
