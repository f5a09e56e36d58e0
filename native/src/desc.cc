#include "desc.h"

#include <cmath>

#include "status.h"

namespace fusedrnn {
namespace {

void CheckRange(const char* field, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    Fail(FR_INVALID_ARGUMENT, "%s: %lld (expected: %lld to %lld)", field,
         static_cast<long long>(value), static_cast<long long>(low), static_cast<long long>(high));
  }
}

void CheckOnlyFor(const char* field, double value, bool allowed, const char* cells) {
  if (value != 0 && !allowed)
    Fail(FR_INVALID_ARGUMENT, "%s: %g (expected: 0, it needs %s)", field, value, cells);
}

void CheckBound(const char* field, float value) {
  if (!(value >= 0) || std::isinf(value)) {
    Fail(FR_INVALID_ARGUMENT, "%s: %g (expected: finite and >= 0, 0 = none)", field,
         static_cast<double>(value));
  }
}

int64_t SlotsOf(int32_t cell) { return cell == FR_CELL_LSTM ? 3 : cell == FR_CELL_GRU ? 2 : 1; }

// fr_desc keeps three slots for each of two directions, in every cell.
constexpr int64_t kSlotStride = 3;

void CheckActivations(const fr_desc& desc, int64_t directions) {
  for (int64_t direction = 0; direction < directions; ++direction) {
    for (int64_t slot = 0; slot < SlotsOf(desc.cell); ++slot) {
      const int64_t i = direction * kSlotStride + slot;
      CheckRange("activation", desc.activation[i], FR_ACT_SIGMOID, FR_ACT_AFFINE);
      if (!std::isfinite(desc.alpha[i]) || !std::isfinite(desc.beta[i])) {
        Fail(FR_INVALID_ARGUMENT, "alpha, beta of activation %d: %g, %g (expected: finite)",
             desc.activation[i], static_cast<double>(desc.alpha[i]),
             static_cast<double>(desc.beta[i]));
      }
    }
  }
}

bool HasStandardActivations(const fr_desc& desc, int64_t directions) {
  for (int64_t direction = 0; direction < directions; ++direction) {
    const int32_t* kind = desc.activation + direction * kSlotStride;
    switch (desc.cell) {
      case FR_CELL_LSTM:
        if (kind[0] != FR_ACT_SIGMOID || kind[1] != FR_ACT_TANH || kind[2] != FR_ACT_TANH)
          return false;
        break;
      case FR_CELL_GRU:
        if (kind[0] != FR_ACT_SIGMOID || kind[1] != FR_ACT_TANH) return false;
        break;
      default:
        if (kind[0] > FR_ACT_IDENTITY) return false;
    }
  }
  return true;
}

}  // namespace

Activations Shape::ActivationsOf(int64_t direction) const {
  Activations result;
  for (int64_t slot = 0; slot < kSlotStride; ++slot) {
    const int64_t i = direction * kSlotStride + slot;
    result.kind[slot] = desc.activation[i];
    result.alpha[slot] = desc.alpha[i];
    result.beta[slot] = desc.beta[i];
  }
  return result;
}

Shape CheckDesc(const fr_desc* given) {
  if (given == nullptr) Fail(FR_INVALID_ARGUMENT, "desc: NULL (expected: a description)");
  const fr_desc& desc = *given;
  CheckRange("cell", desc.cell, FR_CELL_RNN, FR_CELL_GRU);
  const bool lstm = desc.cell == FR_CELL_LSTM, gru = desc.cell == FR_CELL_GRU;
  CheckRange("input_size", desc.input_size, 1, INT32_MAX);
  CheckRange("hidden_size", desc.hidden_size, 1, INT32_MAX);
  CheckRange("projection_size", desc.projection_size, 0, INT32_MAX);
  CheckRange("layers", desc.layers, 1, 65536);
  CheckRange("direction", desc.direction, FR_DIRECTION_FORWARD, FR_DIRECTION_BIDIRECTIONAL);
  const bool bidirectional = desc.direction == FR_DIRECTION_BIDIRECTIONAL;
  CheckRange("merge_sum", desc.merge_sum, 0, 1);
  CheckRange("bias", desc.bias, 0, 1);
  CheckRange("batch_major", desc.batch_major, 0, 1);
  CheckRange("gru_reset", desc.gru_reset, FR_RESET_AFTER, FR_RESET_NONE);
  CheckRange("peephole", desc.peephole, 0, 1);
  CheckRange("coupled", desc.coupled, 0, 1);
  CheckOnlyFor("projection_size", desc.projection_size, lstm, "an LSTM");
  CheckOnlyFor("merge_sum", desc.merge_sum, bidirectional, "a bidirectional layer");
  CheckOnlyFor("gru_reset", desc.gru_reset, gru, "a GRU");
  CheckOnlyFor("peephole", desc.peephole, lstm, "an LSTM");
  CheckOnlyFor("coupled", desc.coupled, lstm, "an LSTM");
  CheckBound("cell_clip", desc.cell_clip);
  CheckBound("gate_clip", desc.gate_clip);
  CheckOnlyFor("cell_clip", static_cast<double>(desc.cell_clip), lstm, "an LSTM");
  if (!(desc.dropout >= 0 && desc.dropout < 1)) {
    Fail(FR_INVALID_ARGUMENT, "dropout: %g (expected: 0 <= dropout < 1)",
         static_cast<double>(desc.dropout));
  }

  Shape shape{};
  shape.desc = desc;
  shape.lstm = lstm;
  shape.gru = gru;
  shape.inputs = desc.input_size;
  shape.hidden = desc.hidden_size;
  shape.projection = desc.projection_size;
  shape.layers = desc.layers;
  shape.directions = bidirectional ? 2 : 1;
  shape.gates = lstm ? 4 : gru ? 3 : 1;
  shape.recurrent = shape.projection > 0 ? shape.projection : shape.hidden;
  shape.merged = desc.merge_sum != 0 ? shape.recurrent : shape.directions * shape.recurrent;
  CheckActivations(desc, shape.directions);
  // OpenBLAS counts in int32_t.
  CheckRange("gates * hidden_size", shape.gates * shape.hidden, 1, INT32_MAX / 2);
  CheckRange("width of a layer's output", shape.merged, 1, INT32_MAX / 2);
  shape.standard = desc.gate_clip == 0 && desc.peephole == 0 && desc.coupled == 0 &&
                   desc.gru_reset == FR_RESET_AFTER &&
                   HasStandardActivations(desc, shape.directions);
  return shape;
}

}  // namespace fusedrnn
