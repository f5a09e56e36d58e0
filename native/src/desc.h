// The validated description of a layer, and the sizes that follow from it.
#pragma once

#include <cstdint>

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {

// Activation slots of a cell: RNN f; GRU f g; LSTM f g h. The index into Shape::activation of a
// direction.
struct Activations {
  int32_t kind[3];
  float alpha[3];
  float beta[3];
};

// Letters as in the C ABI.
struct Shape {
  fr_desc desc;
  int64_t inputs;      // C
  int64_t hidden;      // H
  int64_t projection;  // P, 0 = none
  int64_t layers;      // L
  int64_t directions;  // D
  int64_t gates;       // G
  int64_t recurrent;   // width of the state h: P, or H without projection
  int64_t merged;      // width of every layer's output
  bool standard;       // the cell that the fused kernels compute; else plain code does
  bool lstm, gru;

  int64_t InputWidth(int64_t layer) const { return layer == 0 ? inputs : merged; }
  bool Reverse(int64_t direction) const {
    return desc.direction == FR_DIRECTION_REVERSE || direction == 1;
  }
  // Columns of a merged output where this direction writes.
  int64_t MergedColumn(int64_t direction) const {
    return desc.merge_sum != 0 ? 0 : direction * recurrent;
  }
  bool SumsInto(int64_t direction) const { return desc.merge_sum != 0 && direction == 1; }
  Activations ActivationsOf(int64_t direction) const;
  // GRU with the reset gate after the product: the recurrent part of gate n stays apart from its
  // input part.
  bool SplitsHidden() const { return gru && desc.gru_reset == FR_RESET_AFTER; }
};

// Throws Failure(FR_INVALID_ARGUMENT) naming the field, its value and what is expected.
Shape CheckDesc(const fr_desc* desc);

}  // namespace fusedrnn
