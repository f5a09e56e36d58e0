// How a layer is computed with one set of kernels, and the sizes of its buffers.
#pragma once

#include <cstdint>
#include <memory>

#include "desc.h"
#include "dispatch.h"
#include "kernels/int8_list.h"

namespace fusedrnn {

// Rows that are a whole number of pages apart map to the same cache sets; 16 floats of padding
// avoid the conflicts.
inline int64_t PadLeading(int64_t columns) { return (columns + 15) / 16 * 16 + 16; }

inline int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How the packed kernels' weights are stored.
enum class WeightForm { kFloat32, kFloat16, kInt8 };

struct Geometry {
  Shape shape;
  const KernelTable* kernels;
  WeightForm form;
  const Int8Table* int8;  // nullptr unless form is kInt8
  bool blas;              // products by OpenBLAS on canonical weights
  bool fused;    // one kernel does product and gates of a step; else gates are kept gate-major, and
                 // products and gates are apart
  bool generic;  // gates by plain code

  // Panels of the gates: what one step is split by.
  int32_t gate_vectors;  // NV of W_ih and W_hh
  int64_t panel_units;   // units of a panel
  int64_t gate_panels;
  int64_t gate_columns;   // columns of a row of gates that are in use
  int64_t ld_gates;       // of gates, saved or not
  int64_t plain_columns;  // columns of a panel without gates: 4V

  int64_t ld_recurrent;   // rows as wide as the state h: P or H
  int64_t ld_hidden;      // rows of H
  int64_t ld_gate_major;  // rows of G*H

  // What the reserve keeps besides gates and the previous h.
  bool keeps_cell;      // LSTM: c of every step
  bool keeps_hidden;    // RNN: h; with projection: h before it
  bool keeps_hidden_n;  // GRU, reset after: W_hn h + b_hn

  static Geometry Of(const Shape& shape, int32_t isa, int32_t products);
};

// Shared by a layer's handle, its packed weights and its plans: the same object is the same layer.
using SharedGeometry = std::shared_ptr<const Geometry>;

}  // namespace fusedrnn
