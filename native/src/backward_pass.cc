#include "backward_pass.h"

#include <algorithm>

#include "direction_backward.h"
#include "status.h"

namespace fusedrnn {
namespace {

void RunDirection(const BackwardPass& pass, int64_t layer, int64_t direction, const Team& team) {
  if (pass.sequence.steps() == 0) return;
  DirectionBackward steps(pass, layer, direction, team);
  while (!steps.ended()) steps.RunChunk();
}

// Zeros in dx past each row's end; rows without any step pass the gradients of their final states
// on to the initial ones.
void FillPadding(const BackwardPass& pass, const Team& team) {
  const CallGradients& gradients = pass.gradients;
  pass.ZeroPadding(gradients.dx, pass.shape.inputs, team);
  pass.CopyEmptyRows(gradients.dhn, gradients.dh0, pass.shape.recurrent, team);
  if (pass.shape.lstm) pass.CopyEmptyRows(gradients.dcn, gradients.dc0, pass.shape.hidden, team);
}

// x in packed rows, for the weight gradients. Ends without a barrier: those of the steps come
// before its first use.
void GatherInput(const BackwardPass& pass, const Team& team) {
  const int64_t width = pass.shape.inputs, begin = team.Begin(pass.sequence.steps());
  pass.Gather(pass.call.x, width, begin, team.End(pass.sequence.steps()),
              pass.plan.At(pass.plan.layout.x_packed) + pass.sequence.Offset(begin) * width);
}

void ScatterInputGradient(const BackwardPass& pass, const Team& team) {
  const int64_t width = pass.shape.inputs, begin = team.Begin(pass.sequence.steps());
  pass.Scatter(pass.plan.At(pass.plan.layout.dx_packed) + pass.sequence.Offset(begin) * width,
               width, begin, team.End(pass.sequence.steps()), pass.gradients.dx);
}

// The part of one thread of the team.
void RunThread(const BackwardPass& pass, const Team& team) {
  const bool direct = pass.sequence.direct();
  if (!direct) {
    FillPadding(pass, team);
    GatherInput(pass, team);
  }
  for (int64_t layer = pass.shape.layers - 1; layer >= 0; --layer) {
    for (int64_t direction = 0; direction < pass.shape.directions; ++direction) {
      RunDirection(pass, layer, direction, team);
    }
    if (layer > 0) pass.Dropout(layer - 1, pass.OutputGradient(layer - 1), team);
  }
  if (pass.gradients.dx != nullptr && !direct) ScatterInputGradient(pass, team);
}

// The reserve was written by forward for this very call.
void CheckReserve(const PackedSequence& sequence, const Call& call) {
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

void RunBackward(fr_plan* plan, const fr_packed& packed, const Call& call,
                 const CallGradients& gradients) {
  plan->sequence.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  CheckReserve(plan->sequence, call);
  const BackwardPass pass(*plan, packed, call, gradients);
  const int threads = std::min(plan->TeamSize(call.n), static_cast<int>(plan->schedule.threads));
  plan->workers.Run(threads, [&](const Team& team) { RunThread(pass, team); });
}

}  // namespace fusedrnn
