// What a recurrent network computes, in float64 and as plainly as its formulas stand in the
// documentation of cuDNN: nothing of the project's own is used, so that agreement says something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rnn_desc.h"

namespace fakecuda {

// Memory of one call; all pointers are shadows. States are [L*D, N, ·]; null = zeros, or not
// wanted.
struct RnnMemory {
  const void* x = nullptr;
  void* y = nullptr;
  const void* hx = nullptr;
  const void* cx = nullptr;
  void* hy = nullptr;
  void* cy = nullptr;
  const void* dy = nullptr;
  void* dx = nullptr;
  const void* dhy = nullptr;
  const void* dcy = nullptr;
  void* dhx = nullptr;
  void* dcx = nullptr;
  const void* weights = nullptr;
  void* dweights = nullptr;
  void* reserve = nullptr;
};

struct RnnCall {
  Network network;
  std::shared_ptr<const WeightMap> map;
  Sequences x;
  Sequences y;
};

// Bytes of what forward saves.
size_t ReserveBytes(const Network& network, size_t steps, size_t rows);

// Saves into memory.reserve when training.
void RnnForward(const RnnCall& call, const RnnMemory& memory, bool training);
// Both tell a breach, and compute nothing, when the reserve is not what the call before them left
// there.
void RnnBackwardData(const RnnCall& call, const RnnMemory& memory);
// Adds to memory.dweights.
void RnnBackwardWeights(const RnnCall& call, const RnnMemory& memory);

}  // namespace fakecuda
