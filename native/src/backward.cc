#include "backward.h"

#include <algorithm>

#include "backward_pass.h"
#include "backward_steps.h"
#include "gradient_chunks.h"
#include "gradient_products.h"
#include "philox.h"
#include "rows.h"
#include "status.h"

namespace fusedrnn {
namespace {

// Layers, directions and chunks one after the other; within a chunk its steps, then its products.
class WholeBackward : private BackwardPass {
 public:
  using BackwardPass::BackwardPass;

  void Run(const Crew& crew) const {
    if (!schedule.direct()) FillPadding(crew);
    for (int64_t layer = shape.layers - 1; layer >= 0; --layer) {
      for (int64_t direction = 0; direction < shape.directions; ++direction) {
        RunDirection(layer, direction, crew);
      }
      if (layer > 0) Drop(layer - 1, crew);
    }
    if (call.dx != nullptr && !schedule.direct()) ScatterInputGradient(crew);
  }

 private:
  void RunDirection(int64_t layer, int64_t direction, const Crew& crew) const {
    const int64_t steps = schedule.steps(), limit = GradientRows(g, call.n);
    const bool reverse = shape.Reverse(direction);
    if (crew.index == 0) PrepareSteps(*this, layer, direction);
    crew.Sync();
    for (int64_t done = 0; done < steps;) {
      const int64_t first = reverse ? done : steps - 1 - done;
      int64_t rows = 0, count = 0;
      for (; done + count < steps; ++count) {
        const int64_t active = schedule.Active(reverse ? first + count : first - count);
        if (count > 0 && rows + active > limit) break;
        rows += active;
      }
      const int64_t low = reverse ? first : first - count + 1;
      const GradientChunk chunk{low, count, schedule.Offset(low), rows};
      BackwardSteps(*this, layer, direction, chunk, crew);
      crew.Sync();
      AddChunkGradients(*this, layer, direction, chunk, crew);
      crew.Sync();
      done += count;
    }
  }

  // Rows without any step hand their gradients on; x's padding gets zeros; and x is gathered for
  // the weight gradients.
  void FillPadding(const Crew& crew) const {
    const int64_t width = shape.inputs;
    if (crew.index == 0) {
      const auto pass = [&](const float* from, float* to, int64_t columns) {
        if (to == nullptr) return;
        for (int64_t slot = 0; slot < shape.layers * shape.directions; ++slot) {
          for (int64_t j = schedule.Active(0); j < call.n; ++j) {
            const int64_t at = (slot * call.n + schedule.BatchRow(j)) * columns;
            if (from == nullptr) {
              ZeroFloats(to + at, columns);
            } else {
              CopyFloats(to + at, from + at, columns);
            }
          }
        }
      };
      pass(call.dhn, call.dh0, shape.recurrent);
      if (shape.lstm) pass(call.dcn, call.dc0, shape.hidden);
    }
    for (int64_t t = crew.Begin(call.t); t < crew.End(call.t); ++t) {
      for (int64_t j = 0; j < call.n; ++j) {
        const int64_t row = schedule.CallerRow(t, schedule.BatchRow(j));
        if (j < schedule.Active(t)) {
          CopyFloats(plan.At(plan.layout.x_packed) + (schedule.Offset(t) + j) * width,
                     call.x + row * width, width);
        } else if (call.dx != nullptr) {
          ZeroFloats(call.dx + row * width, width);
        }
      }
    }
    // The barriers of the steps lie between this and the first use of x_packed.
  }

  void Drop(int64_t layer, const Crew& crew) const {
    if (shape.desc.dropout == 0) return;
    const DropoutMask mask(shape.desc.dropout, call.dropout_seed, call.dropout_call, layer);
    for (int64_t t = 0; t < schedule.steps(); ++t) {
      const int64_t rows = schedule.Active(t);
      for (int64_t j = crew.Begin(rows); j < crew.End(rows); ++j) {
        float* row = OutputGradient(layer) + (schedule.Offset(t) + j) * shape.merged;
        mask.Apply(row, row, t, schedule.BatchRow(j), shape.merged);
      }
    }
    crew.Sync();
  }

  void ScatterInputGradient(const Crew& crew) const {
    const int64_t width = shape.inputs;
    for (int64_t t = 0; t < schedule.steps(); ++t) {
      const int64_t rows = schedule.Active(t);
      for (int64_t j = crew.Begin(rows); j < crew.End(rows); ++j) {
        CopyFloats(call.dx + schedule.CallerRow(t, schedule.BatchRow(j)) * width,
                   plan.At(plan.layout.dx_packed) + (schedule.Offset(t) + j) * width, width);
      }
    }
  }
};

// The reserve was written by forward for this very call.
void CheckReserve(const Schedule& schedule, const BackwardCall& call) {
  const ReserveHeader& header = *reinterpret_cast<const ReserveHeader*>(call.reserve);
  if (header.mark != kReserveMark) {
    Fail(FR_INVALID_ARGUMENT,
         "reserve: not written by fr_forward (expected: that of the same call)");
  }
  if (header.t != call.t || header.n != call.n || header.packed_rows != schedule.rows()) {
    Fail(
        FR_INVALID_ARGUMENT,
        "reserve: t = %d, n = %d, %lld valid rows (expected: those of this call, %lld, %lld, %lld)",
        header.t, header.n, static_cast<long long>(header.packed_rows),
        static_cast<long long>(call.t), static_cast<long long>(call.n),
        static_cast<long long>(schedule.rows()));
  }
  if (header.dropout_seed != call.dropout_seed || header.dropout_call != call.dropout_call) {
    Fail(FR_INVALID_ARGUMENT,
         "reserve: dropout seed %lld, call %lld (expected: those of this call, %lld, %lld)",
         static_cast<long long>(header.dropout_seed), static_cast<long long>(header.dropout_call),
         static_cast<long long>(call.dropout_seed), static_cast<long long>(call.dropout_call));
  }
}

}  // namespace

void RunBackward(fr_plan* plan, const fr_packed& packed, const BackwardCall& call) {
  plan->schedule.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  CheckReserve(plan->schedule, call);
  const WholeBackward pass(*plan, packed, call);
  const int crew = std::min(plan->CrewSize(call.n), static_cast<int>(plan->choice.threads));
  plan->workers.Run(
      crew,
      [](void* context, const Crew& member) {
        static_cast<const WholeBackward*>(context)->Run(member);
      },
      const_cast<WholeBackward*>(&pass));
}

}  // namespace fusedrnn
