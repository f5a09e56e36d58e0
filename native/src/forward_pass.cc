#include "forward_pass.h"

#include <optional>

#include "direction_forward.h"
#include "rows.h"

namespace fusedrnn {
namespace {

void RunDirection(const ForwardPass& pass, int64_t layer, int64_t direction, const Team& team,
                  int64_t slot) {
  if (pass.sequence.steps() == 0) return;
  DirectionForward steps(pass, layer, direction, team, slot);
  while (!steps.ended()) steps.RunChunk();
}

// Groups of as many layers as there are threads. In each round every thread takes one chunk of its
// own layer, which the thread of the layer below finished in the round before.
void RunWavefront(const ForwardPass& pass, const Team& team) {
  if (pass.sequence.steps() == 0) return;
  const int64_t chunks = DirectionForward::ChunkCount(pass, pass.shape.Reverse(0));
  for (int64_t first = 0; first < pass.shape.layers; first += team.count) {
    const int64_t layer = first + team.index;
    std::optional<DirectionForward> steps;
    if (layer < pass.shape.layers) steps.emplace(pass, layer, 0, kAlone, team.index);
    for (int64_t round = 0; round < chunks + team.count - 1; ++round) {
      const int64_t chunk = round - team.index;
      if (steps && chunk >= 0 && chunk < chunks) steps->RunChunk();
      team.Sync();
    }
  }
}

// Zeros in y past each row's end; rows without any step keep their initial states.
void FillPadding(const ForwardPass& pass, const Team& team) {
  const Call& call = pass.call;
  pass.ZeroPadding(call.y, pass.shape.merged, team);
  pass.CopyEmptyRows(call.h0, call.hn, pass.shape.recurrent, team);
  if (pass.shape.lstm) pass.CopyEmptyRows(call.c0, call.cn, pass.shape.hidden, team);
}

// The part of one thread of the team.
void RunThread(const ForwardPass& pass, const Team& team) {
  if (!pass.sequence.direct()) FillPadding(pass, team);
  if (pass.schedule.partition == Partition::kLayers) return RunWavefront(pass, team);
  for (int64_t layer = 0; layer < pass.shape.layers; ++layer) {
    if (pass.schedule.partition == Partition::kDirections) {
      RunDirection(pass, layer, team.index, kAlone, team.index);
      team.Sync();
    } else {
      for (int64_t direction = 0; direction < pass.shape.directions; ++direction) {
        RunDirection(pass, layer, direction, team, 0);
      }
    }
    if (layer + 1 < pass.shape.layers && pass.saves) pass.Dropout(layer, pass.Output(layer), team);
  }
}

// What the caller's thread does when all others have ended.
void Finish(const ForwardPass& pass) {
  const Shape& shape = pass.shape;
  const Call& call = pass.call;
  if (!pass.DefersFinalState(shape.layers - 1)) return;
  float* hn = pass.State(call.hn, shape.layers - 1, shape.directions - 1, shape.recurrent);
  const float* y = call.y + shape.MergedColumn(shape.directions - 1);
  for (int64_t row = 0; row < call.n; ++row) {
    CopyFloats(hn + row * shape.recurrent, y + row * shape.merged, shape.recurrent);
  }
}

}  // namespace

void RunForward(fr_plan* plan, const fr_packed& packed, const Call& call) {
  plan->sequence.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  const ForwardPass pass(*plan, packed, call);
  plan->workers.Run(pass.schedule.threads, [&](const Team& team) { RunThread(pass, team); });
  Finish(pass);
  plan->step_count += plan->sequence.steps();
  if (pass.saves) {
    *reinterpret_cast<ReserveHeader*>(call.reserve) = ReserveHeader{kReserveMark,
                                                                    static_cast<int32_t>(call.t),
                                                                    static_cast<int32_t>(call.n),
                                                                    plan->sequence.rows(),
                                                                    call.dropout_seed,
                                                                    call.dropout_call};
  }
}

}  // namespace fusedrnn
