// What a training forward keeps for backward: the layout of the caller's reserve. All rows are
// packed rows (packed_sequence.h).
#pragma once

#include <cstdint>

#include "geometry.h"

namespace fusedrnn {

// Buffers of one layer and direction, [rows, ...]; nullptr where the cell needs none.
struct SavedDirection {
  float* gates;     // ld_gates. Standard cells: activated. Generic cells: the pre-activations,
                    // complete and before the clip
  float* h_prev;    // ld_recurrent
  float* cell;      // ld_hidden
  float* hidden;    // ld_hidden
  float* hidden_n;  // ld_hidden
};

// Written by forward, checked by backward.
struct ReserveHeader {
  uint64_t mark;
  int32_t t, n;
  int64_t packed_rows;
  int64_t dropout_seed, dropout_call;
};

class ReserveLayout {
 public:
  ReserveLayout() = default;
  ReserveLayout(const Geometry& geometry, int64_t t, int64_t n);

  int64_t bytes() const { return bytes_; }
  SavedDirection Direction(float* reserve, int64_t layer, int64_t direction) const;
  // Merged output of a layer that has another above it, after dropout: [rows, merged].
  float* Output(float* reserve, int64_t layer) const {
    return reserve + outputs_ + layer * output_floats_;
  }

 private:
  int64_t directions_ = 0;
  int64_t gates_ = -1, h_prev_ = -1, cell_ = -1, hidden_ = -1, hidden_n_ = -1;  // in a slot
  int64_t slots_ = 0, slot_floats_ = 0;
  int64_t outputs_ = 0, output_floats_ = 0;
  int64_t bytes_ = 0;
};

constexpr uint64_t kReserveMark = 0x4672526573657276;  // "FrReserv"

}  // namespace fusedrnn
