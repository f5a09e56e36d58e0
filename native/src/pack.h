// Packed weights: an immutable snapshot of the canonical block, laid out for one set of kernels
// (kernels/kernel_args.h says how).
#pragma once

#include <cstdint>
#include <vector>

#include "geometry.h"
#include "memory.h"

namespace fusedrnn {

class Workers;

constexpr int64_t kAbsent = -1;

// A matrix B of a product out[r, c] = sum over k of a[r, k] B[c, k], in panels, or canonical for
// OpenBLAS, or both. Offsets are in floats, into the packed block.
struct PackedMatrix {
  int64_t columns = 0;
  int64_t k = 0;
  int32_t vectors = 4;
  int64_t panel_count = 0;
  int64_t panels = kAbsent;
  int64_t scales = kAbsent;       // int8
  int64_t corrections = kAbsent;  // int8
  int64_t canonical = kAbsent;
  int64_t ld_canonical = 0;
  bool canonical_transposed = false;  // the canonical matrix is [k, columns]
};

// Rows [row, row + rows) of W_hh. One part in most cells. GRU, reset before: r and z, then n, whose
// product waits for r. Reset none: z, n.
struct RecurrentPart {
  int64_t row = 0;
  int64_t rows = 0;
  PackedMatrix forward;  // [rows, recurrent]
  PackedMatrix
      transposed;  // [recurrent, rows]: gradient of h from that of the gates; training only
};

struct DirectionWeights {
  PackedMatrix input;  // [gates, C_k]
  PackedMatrix
      input_transposed;  // [C_k, gates]: gradient of x from that of the gates; training only
  RecurrentPart recurrent[2];
  int recurrent_parts = 0;
  PackedMatrix projection;             // [P, H]
  PackedMatrix projection_transposed;  // [H, P]; training only
  int64_t bias = 0;                    // one row of gates; without biases zeros
  int64_t hidden_bias = 0;             // GRU, reset after: b_hn, zero-padded to full panels
  int64_t peephole = kAbsent;
};

// The offsets of everything; the same code computes the size.
struct PackLayout {
  std::vector<DirectionWeights> directions;  // [layer*D + direction]
  int64_t bytes = 0;

  static PackLayout Of(const Geometry& geometry, bool training);
};

}  // namespace fusedrnn

struct fr_packed {
 public:
  // Packed by `workers`, which nothing else may use meanwhile, or by the calling thread alone.
  fr_packed(fusedrnn::SharedGeometry layer, bool training, const float* weights,
            const int64_t* offsets, fusedrnn::Workers* workers = nullptr);

  const fusedrnn::SharedGeometry& layer() const { return layer_; }
  const fusedrnn::Geometry& geometry() const { return *layer_; }
  bool training() const { return training_; }
  const fusedrnn::DirectionWeights& Direction(int64_t layer, int64_t direction) const {
    return layout_.directions[static_cast<size_t>(layer * layer_->shape.directions + direction)];
  }
  const float* At(int64_t offset) const {
    return offset == fusedrnn::kAbsent ? nullptr : buffer_.floats() + offset;
  }
  // Offset of a parameter in the canonical block, -1 = absent: its gradient is added there.
  int64_t CanonicalOffset(int64_t layer, int64_t direction, int64_t kind) const {
    return offsets_[static_cast<size_t>(
        (layer * layer_->shape.directions + direction) * FR_WEIGHT_KINDS + kind)];
  }

 private:
  void Fill(const float* weights, fusedrnn::Workers* workers);

  fusedrnn::SharedGeometry layer_;
  bool training_;
  fusedrnn::PackLayout layout_;
  std::vector<int64_t> offsets_;
  fusedrnn::AlignedBuffer buffer_;
};
