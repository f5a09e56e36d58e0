#include "plan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "compressed_step.h"
#include "gradient_chunks.h"
#include "status.h"

namespace fusedrnn {
namespace {

constexpr int kMostThreads = 1024;

std::string DescribePlan(const Geometry& g, const Schedule& schedule, int32_t max_t, int32_t max_n,
                         int32_t threads, bool training) {
  std::string text = IsaName(g.kernels->isa);
  text += g.generic ? ": generic gates" : g.fused ? ": fused steps" : ": separate gates";
  text += g.blas ? ", products by OpenBLAS" : ", packed products";
  if (g.form == WeightForm::kFloat16) text += " of float16 weights";
  if (g.form == WeightForm::kInt8) text += std::string(" of int8 weights by ") + g.int8->name;
  if (g.fused) {
    text += ", " + std::to_string(g.gate_panels) + " panels of " + std::to_string(g.panel_units) +
            " units";
  }
  text += ", " + Describe(schedule, g);
  text += ", T <= " + std::to_string(max_t) + ", N <= " + std::to_string(max_n);
  text += ", threads <= " + std::to_string(threads);
  text += training ? ", training" : ", inference";
  return text;
}

}  // namespace

void CheckPlanArguments(int32_t max_t, int32_t max_n, int32_t threads) {
  if (max_t < 1) Fail(FR_INVALID_ARGUMENT, "max_t: %d (expected: >= 1)", max_t);
  if (max_n < 1) Fail(FR_INVALID_ARGUMENT, "max_n: %d (expected: >= 1)", max_n);
  if (threads < 1 || threads > kMostThreads) {
    Fail(FR_INVALID_ARGUMENT, "threads: %d (expected: 1 to %d)", threads, kMostThreads);
  }
}

PlanLayout PlanLayout::Of(const Geometry& g, const Schedule& schedule, int64_t max_t, int64_t max_n,
                          int32_t threads, bool training) {
  const Shape& shape = g.shape;
  const int64_t n = max_n, rows = CheckedMultiply(max_t, max_n);
  const bool projected = shape.projection > 0;
  const bool before = shape.gru && shape.desc.gru_reset == FR_RESET_BEFORE;
  PlanLayout layout{};
  layout.chunk_rows = std::max(max_n, std::min(schedule.chunk_rows, rows));
  const int64_t chunk = layout.chunk_rows;
  ArenaLayout arena;
  const auto place = [&arena](bool wanted, int64_t r, int64_t ld) {
    return wanted ? arena.Floats(r, ld) : int64_t{-1};
  };
  layout.order = place(true, n, 1);
  layout.active = place(true, max_t + 1, 1);
  layout.offset = place(true, max_t + 1, 2);
  layout.zeros = place(true, 1, std::max(g.ld_recurrent, g.ld_hidden));
  const int64_t slot = arena.Floats(0);
  layout.h[0] = place(true, n, g.ld_recurrent);
  layout.h[1] = place(true, n, g.ld_recurrent);
  layout.c = place(shape.lstm, n, g.ld_hidden);
  layout.h_wide = place(projected, n, g.ld_hidden);
  layout.recurrent = place(!g.fused && shape.SplitsHidden(), n, g.ld_gate_major);
  layout.reset_h = place(before, n, g.ld_hidden);
  layout.gates = place(true, chunk, g.ld_gates);
  layout.x_chunk = place(true, chunk, shape.inputs);
  layout.slot_stride = arena.Floats(0) - slot;
  if (schedule.SlotCount() > 1) arena.Floats(schedule.SlotCount() - 1, layout.slot_stride);
  layout.quantized_floats = QuantizedFloats(g, chunk, n);
  layout.quantized = place(layout.quantized_floats > 0, threads, layout.quantized_floats);
  layout.output[0] = place(shape.layers > 1, rows, shape.merged);
  layout.output[1] = place(shape.layers > 2, rows, shape.merged);

  const int64_t backward_rows = std::min(rows, GradientRows(g, max_n));
  layout.dh[0] = place(training, n, g.ld_recurrent);
  layout.dh[1] = place(training && shape.gru, n, g.ld_recurrent);
  layout.dh_wide = place(training && (projected || before), n, g.ld_hidden);
  layout.dc = place(training && shape.lstm, n, g.ld_hidden);
  layout.c_initial = place(training && shape.lstm, n, g.ld_hidden);
  layout.dgates = place(training, backward_rows, g.ld_gate_major);
  layout.dgates_hidden = place(training && shape.SplitsHidden(), backward_rows, g.ld_gate_major);
  layout.dprojected = place(training && projected, backward_rows, g.ld_recurrent);
  layout.reset_h_all = place(training && before, backward_rows, g.ld_hidden);
  layout.doutput[0] = place(training && shape.layers > 1, rows, shape.merged);
  layout.doutput[1] = place(training && shape.layers > 2, rows, shape.merged);
  layout.x_packed = place(training, rows, shape.inputs);
  layout.dx_packed = place(training, rows, shape.inputs);
  layout.dpeephole = place(training && shape.desc.peephole != 0, 3 * shape.hidden, 2);
  layout.gemm_work_floats = training ? GradientWorkFloats(g, max_n) : 0;
  layout.gemm_work = place(training && !g.blas, schedule.threads, layout.gemm_work_floats);
  layout.bytes = arena.bytes();
  return layout;
}

}  // namespace fusedrnn

fr_plan::fr_plan(fusedrnn::SharedGeometry of_layer, int32_t most_t, int32_t most_n, int32_t threads,
                 bool for_training, const fusedrnn::Schedule& given)
    : layer(std::move(of_layer)),
      max_t(most_t),
      max_n(most_n),
      training(for_training),
      schedule(given),
      layout(fusedrnn::PlanLayout::Of(*layer, schedule, max_t, max_n, threads, training)),
      workers(training ? threads : schedule.threads),
      description(fusedrnn::DescribePlan(*layer, schedule, max_t, max_n, threads, training)),
      buffer_(layout.bytes) {
  // An inference plan's pages are touched now, so that no first call pays for them; a training
  // plan's, which are many, on first use.
  const int64_t zeros = std::max(layer->ld_recurrent, layer->ld_hidden) * int64_t{sizeof(float)};
  std::memset(At(layout.zeros), 0, static_cast<size_t>(zeros));
  if (!training) std::memset(buffer_.floats(), 0, static_cast<size_t>(layout.bytes));
  sequence.Bind(reinterpret_cast<int32_t*>(At(layout.order)),
                reinterpret_cast<int32_t*>(At(layout.active)),
                reinterpret_cast<int64_t*>(At(layout.offset)));
}

fusedrnn::Schedule fr_plan::ScheduleFor(int64_t t, int64_t n) const {
  if (schedule.threads == 1 || (t == max_t && n == max_n)) return schedule;
  fusedrnn::Schedule smaller = fusedrnn::DefaultSchedule(*layer, t, n, schedule.threads, training);
  // There are no more slots than the plan's own schedule needs.
  return smaller.SlotCount() == 1 || smaller.partition == schedule.partition ? smaller : schedule;
}

int fr_plan::TeamSize(int64_t n) const {
  return fusedrnn::DefaultSchedule(*layer, max_t, n, workers.threads(), training).threads;
}
