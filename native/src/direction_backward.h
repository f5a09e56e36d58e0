// Backward of one layer and direction: one thread's part in its steps, last first. The gradients of
// the gates, and through the recurrent product those of the previous states; then, over a chunk of
// steps at once, the gradients of weights and inputs.
//
// Every thread of a team runs the same code. The team shares rows where gates are pointwise, and
// rows or columns where a product is computed.
#pragma once

#include <cstdint>

#include "backward_pass.h"
#include "generic_cells.h"

namespace fusedrnn {

class DirectionBackward {
 public:
  // There is at least one step.
  DirectionBackward(const BackwardPass& pass, int64_t layer, int64_t direction, const Team& team);

  bool ended() const { return done_ == sequence_.steps(); }
  // The next chunk of steps, and its contributions to the gradients.
  void RunChunk();

 private:
  using Chunk = PackedSequence::Chunk;
  // The rows of one step.
  struct StepRows {
    int64_t count;
    int64_t packed_row;    // of the first row, in every saved buffer
    int64_t gradient_row;  // of the first row, in the buffers of a chunk: dgates and the like
    int64_t continuing;    // the first rows, which have a previous step
  };
  struct Rows {
    const float* at;
    int64_t ld;
  };

  // Address in the workspace.
  float* At(int64_t offset) const { return pass_.plan.At(offset); }
  // The same from a row on; nullptr stays nullptr.
  static float* RowAt(float* base, int64_t row, int64_t ld) {
    return base == nullptr ? nullptr : base + row * ld;
  }
  int64_t Previous(int64_t t) const { return reverse_ ? t + 1 : t - 1; }
  template <class T>
  T* State(T* states, int64_t width) const {
    return pass_.State(states, layer_, direction_, width);
  }

  void SetConstants();
  void Start();

  void Step(const Chunk& chunk, int64_t step);
  void LoadFinalGradients(int64_t t, int64_t rows) const;
  void AddOutputGradient(int64_t t, int64_t rows) const;
  Rows ProjectionBackward(const StepRows& rows) const;
  void GatesBackward(const StepRows& rows, const Rows& dh, const float* c_prev);
  void SetCell(const StepRows& rows, const Rows& dh, const float* c_prev, int64_t begin,
               int64_t end);
  void RecurrentProduct(const StepRows& rows, PrefetchList* prefetch) const;
  void ListNextReads(int64_t t, PrefetchList* list) const;
  void StoreInitialGradients(int64_t t, int64_t begin, int64_t end) const;
  bool OwnsRows() const;

  const BackwardPass& pass_;
  const PackedSequence& sequence_;
  const Geometry& g_;
  const Shape& shape_;
  const Team team_;
  const Team step_team_;  // for the steps: one thread alone if the order of the rows matters
  const int64_t layer_, direction_;
  const bool reverse_;
  const bool owns_rows_;
  const DirectionWeights& weights_;
  const SavedDirection saved_;
  GenericBackwardArgs cell_;  // of the current step
  int64_t done_ = 0;          // steps
};

}  // namespace fusedrnn
