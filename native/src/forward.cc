#include "forward.h"

#include <optional>

#include "direction_walk.h"
#include "forward_pass.h"
#include "philox.h"
#include "rows.h"

namespace fusedrnn {
namespace {

// A thread that shares nothing until the team meets again.
Team Alone(const Team& team) { return Team{team.index, 1, nullptr}; }

void RunDirection(const ForwardPass& pass, int64_t layer, int64_t direction, const Team& team) {
  if (pass.sequence.steps() == 0) return;
  DirectionWalk walk(pass, layer, direction, team);
  while (!walk.ended()) walk.RunChunk();
}

// Groups of as many layers as there are threads. In each round every thread takes one chunk of
// its own layer, which the thread before it made in the round before.
void RunWavefront(const ForwardPass& pass, const Team& team) {
  if (pass.sequence.steps() == 0) return;
  const int64_t chunks = DirectionWalk::ChunkCount(pass, pass.shape.Reverse(0));
  for (int64_t first = 0; first < pass.shape.layers; first += team.count) {
    const int64_t layer = first + team.index;
    std::optional<DirectionWalk> walk;
    if (layer < pass.shape.layers) walk.emplace(pass, layer, 0, Alone(team));
    for (int64_t round = 0; round < chunks + team.count - 1; ++round) {
      const int64_t chunk = round - team.index;
      if (walk && chunk >= 0 && chunk < chunks) walk->RunChunk();
      team.Sync();
    }
  }
}

// Zeros in y past each row's end; rows without any step keep their initial states.
void FillPadding(const ForwardPass& pass) {
  const ForwardCall& call = pass.call;
  const PackedSequence& sequence = pass.sequence;
  const Shape& shape = pass.shape;
  for (int64_t t = 0; t < call.t; ++t) {
    for (int64_t j = sequence.Active(t); j < call.n; ++j) {
      ZeroFloats(call.y + sequence.CallerRow(t, sequence.BatchRow(j)) * shape.merged, shape.merged);
    }
  }
  const auto keep = [&](const float* from, float* to, int64_t width) {
    if (to == nullptr || from == to) return;
    for (int64_t slot = 0; slot < shape.layers * shape.directions; ++slot) {
      for (int64_t j = sequence.Active(0); j < call.n; ++j) {
        const int64_t at = (slot * call.n + sequence.BatchRow(j)) * width;
        if (from == nullptr) {
          ZeroFloats(to + at, width);
        } else {
          CopyFloats(to + at, from + at, width);
        }
      }
    }
  };
  keep(call.h0, call.hn, shape.recurrent);
  if (shape.lstm) keep(call.c0, call.cn, shape.hidden);
}

void Drop(const ForwardPass& pass, int64_t layer, const Team& team) {
  const Shape& shape = pass.shape;
  if (!pass.saves || shape.desc.dropout == 0) return;
  const DropoutMask mask(shape.desc.dropout, pass.call.dropout_seed, pass.call.dropout_call, layer);
  float* output = pass.Output(layer);
  for (int64_t t = 0; t < pass.sequence.steps(); ++t) {
    const int64_t rows = pass.sequence.Active(t);
    for (int64_t j = team.Begin(rows); j < team.End(rows); ++j) {
      float* row = output + (pass.sequence.Offset(t) + j) * shape.merged;
      mask.Apply(row, row, t, pass.sequence.BatchRow(j), shape.merged);
    }
  }
  team.Sync();
}

// What each thread of the team does.
void RunMember(const ForwardPass& pass, const Team& team) {
  if (team.index == 0 && !pass.sequence.direct()) FillPadding(pass);
  if (pass.schedule.partition == Partition::kLayers) return RunWavefront(pass, team);
  for (int64_t layer = 0; layer < pass.shape.layers; ++layer) {
    if (pass.schedule.partition == Partition::kDirections) {
      RunDirection(pass, layer, team.index, Alone(team));
      team.Sync();
    } else {
      for (int64_t direction = 0; direction < pass.shape.directions; ++direction) {
        RunDirection(pass, layer, direction, team);
      }
    }
    if (layer + 1 < pass.shape.layers) Drop(pass, layer, team);
  }
}

// What is left to the caller's thread when all others have ended.
void Finish(const ForwardPass& pass) {
  const Shape& shape = pass.shape;
  const ForwardCall& call = pass.call;
  if (!pass.EndsLate(shape.layers - 1)) return;
  for (int64_t row = 0; row < call.n; ++row) {
    const int64_t slot = shape.layers * shape.directions - 1;
    CopyFloats(call.hn + (slot * call.n + row) * shape.recurrent,
               call.y + row * shape.merged + shape.MergedColumn(shape.directions - 1),
               shape.recurrent);
  }
}

}  // namespace

void RunForward(fr_plan* plan, const fr_packed& packed, const ForwardCall& call) {
  plan->sequence.Build(call.t, call.n, call.lengths, packed.geometry().shape.desc.batch_major != 0);
  const Schedule schedule = plan->ScheduleFor(call.t, call.n);
  const ForwardPass pass(*plan, packed, call, schedule);
  plan->workers.Run(
      schedule.threads,
      [](void* context, const Team& member) {
        RunMember(*static_cast<const ForwardPass*>(context), member);
      },
      const_cast<ForwardPass*>(&pass));
  Finish(pass);
  plan->step_count += plan->sequence.steps();
  if (call.reserve != nullptr) {
    *reinterpret_cast<ReserveHeader*>(call.reserve) = ReserveHeader{kReserveMark,
                                                                    static_cast<int32_t>(call.t),
                                                                    static_cast<int32_t>(call.n),
                                                                    plan->sequence.rows(),
                                                                    call.dropout_seed,
                                                                    call.dropout_call};
  }
}

}  // namespace fusedrnn
