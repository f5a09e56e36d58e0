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

  void Run(const Team& team) const {
    if (!sequence.direct()) FillPadding(team);
    for (int64_t layer = shape.layers - 1; layer >= 0; --layer) {
      for (int64_t direction = 0; direction < shape.directions; ++direction) {
        RunDirection(layer, direction, team);
      }
      if (layer > 0) Drop(layer - 1, team);
    }
    if (call.dx != nullptr && !sequence.direct()) ScatterInputGradient(team);
  }

 private:
  void RunDirection(int64_t layer, int64_t direction, const Team& team) const {
    const int64_t steps = sequence.steps(), limit = GradientRows(g, call.n);
    const bool reverse = shape.Reverse(direction);
    if (team.index == 0) PrepareSteps(*this, layer, direction);
    team.Sync();
    for (int64_t done = 0; done < steps;) {
      const int64_t first = reverse ? done : steps - 1 - done;
      int64_t rows = 0, count = 0;
      for (; done + count < steps; ++count) {
        const int64_t active = sequence.Active(reverse ? first + count : first - count);
        if (count > 0 && rows + active > limit) break;
        rows += active;
      }
      const int64_t low = reverse ? first : first - count + 1;
      const GradientChunk chunk{low, count, sequence.Offset(low), rows};
      BackwardSteps(*this, layer, direction, chunk, team);
      team.Sync();
      AddChunkGradients(*this, layer, direction, chunk, team);
      team.Sync();
      done += count;
    }
  }

  // Rows without any step hand their gradients on; x's padding gets zeros; and x is gathered for
  // the weight gradients.
  void FillPadding(const Team& team) const {
    const int64_t width = shape.inputs;
    if (team.index == 0) {
      const auto pass = [&](const float* from, float* to, int64_t columns) {
        if (to == nullptr) return;
        for (int64_t slot = 0; slot < shape.layers * shape.directions; ++slot) {
          for (int64_t j = sequence.Active(0); j < call.n; ++j) {
            const int64_t at = (slot * call.n + sequence.BatchRow(j)) * columns;
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
    for (int64_t t = team.Begin(call.t); t < team.End(call.t); ++t) {
      for (int64_t j = 0; j < call.n; ++j) {
        const int64_t row = sequence.CallerRow(t, sequence.BatchRow(j));
        if (j < sequence.Active(t)) {
          CopyFloats(plan.At(plan.layout.x_packed) + (sequence.Offset(t) + j) * width,
                     call.x + row * width, width);
        } else if (call.dx != nullptr) {
          ZeroFloats(call.dx + row * width, width);
        }
      }
    }
    // The barriers of the steps lie between this and the first use of x_packed.
  }

  void Drop(int64_t layer, const Team& team) const {
    if (shape.desc.dropout == 0) return;
    const DropoutMask mask(shape.desc.dropout, call.dropout_seed, call.dropout_call, layer);
    for (int64_t t = 0; t < sequence.steps(); ++t) {
      const int64_t rows = sequence.Active(t);
      for (int64_t j = team.Begin(rows); j < team.End(rows); ++j) {
        float* row = OutputGradient(layer) + (sequence.Offset(t) + j) * shape.merged;
        mask.Apply(row, row, t, sequence.BatchRow(j), shape.merged);
      }
    }
    team.Sync();
  }

  void ScatterInputGradient(const Team& team) const {
    const int64_t width = shape.inputs;
    for (int64_t t = 0; t < sequence.steps(); ++t) {
      const int64_t rows = sequence.Active(t);
      for (int64_t j = team.Begin(rows); j < team.End(rows); ++j) {
        CopyFloats(call.dx + sequence.CallerRow(t, sequence.BatchRow(j)) * width,
                   plan.At(plan.layout.dx_packed) + (sequence.Offset(t) + j) * width, width);
      }
    }
  }
};

// The reserve was written by forward for this very call.
void CheckReserve(const PackedSequence& sequence, const BackwardCall& call) {
  const ReserveHeader& header = *reinterpret_cast<const ReserveHeader*>(call.reserve);
  if (header.mark != kReserveMark) {
    Fail(FR_INVALID_ARGUMENT,
         "reserve: not written by fr_forward (expected: that of the same call)");
  }
  if (header.t != call.t || header.n != call.n || header.packed_rows != sequence.rows()) {
    Fail(
        FR_INVALID_ARGUMENT,
        "reserve: t = %d, n = %d, %lld valid rows (expected: those of this call, %lld, %lld, %lld)",
        header.t, header.n, static_cast<long long>(header.packed_rows),
        static_cast<long long>(call.t), static_cast<long long>(call.n),
        static_cast<long long>(sequence.rows()));
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
  plan->sequence.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  CheckReserve(plan->sequence, call);
  const WholeBackward pass(*plan, packed, call);
  const int team = std::min(plan->TeamSize(call.n), static_cast<int>(plan->schedule.threads));
  plan->workers.Run(
      team,
      [](void* context, const Team& member) {
        static_cast<const WholeBackward*>(context)->Run(member);
      },
      const_cast<WholeBackward*>(&pass));
}

}  // namespace fusedrnn
