// Forward of one layer and direction: one thread's part in its steps.
//
// Every thread of a team runs the same code. With fused steps it owns a range of unit panels, of
// which the first and the last may be shared with another thread by rows, so that all threads have
// the same amount of work: it computes the input product, the step, the copies of the state and of
// the outputs for its own part. The only value that threads exchange is h, once per step: hence one
// barrier per step. Otherwise each thread owns a part of each step's rows.
#pragma once

#include <cstdint>

#include "forward_pass.h"
#include "kernels/kernel_args.h"

namespace fusedrnn {

class DirectionForward {
 public:
  // There is at least one step. slot: of the workspace.
  DirectionForward(const ForwardPass& pass, int64_t layer, int64_t direction, const Team& team,
                   int64_t slot);

  bool ended() const { return done_ == sequence_.steps(); }
  // The next chunk of steps, after the input product of all of them.
  void RunChunk();
  // How many chunks there are.
  static int64_t ChunkCount(const ForwardPass& pass, bool reverse);

 private:
  using Chunk = PackedSequence::Chunk;
  struct Range {
    int64_t begin, end;
    int64_t size() const { return end - begin; }
  };
  struct Rows {
    float* at;
    int64_t ld;
  };
  // The share of a step's rows from begin / of to end / of.
  struct Share {
    int64_t begin, end, of;
    bool all() const { return end - begin == of; }
  };
  static constexpr Share kAll = {0, 1, 1};
  // What a thread owns of each step.
  struct Part {
    Range panels;
    Range columns;
    Share rows;
  };
  struct Parts {
    Part part[3];
    int count = 0;
    const Part* begin() const { return part; }
    const Part* end() const { return part + count; }
    void Add(const Part& next) { part[count++] = next; }
  };

  static Chunk NextChunk(const ForwardPass& pass, bool reverse, int64_t done);

  // Address in this slot of the workspace.
  float* At(int64_t offset) const {
    return offset < 0 ? nullptr : pass_.plan.At(offset) + slot_ * pass_.plan.layout.slot_stride;
  }
  Range Own(int64_t items) const {
    return team_.count == 1 ? Range{0, items} : Range{team_.Begin(items), team_.End(items)};
  }
  // Of the rows [begin, end).
  Range RowsOf(const Part& part, int64_t begin, int64_t end) const {
    if (part.rows.all()) return {begin, end};  // a division takes a hundredth of a small step
    const int64_t rows = end - begin;
    return {begin + rows * part.rows.begin / part.rows.of,
            begin + rows * part.rows.end / part.rows.of};
  }
  bool last_layer() const { return layer_ + 1 == shape_.layers; }
  bool IsLast(int64_t t) const { return t == (reverse_ ? 0 : sequence_.steps() - 1); }
  template <class T>
  T* State(T* states, int64_t width) const {
    return pass_.State(states, layer_, direction_, width);
  }

  void PartitionWork();
  void PartitionUnits();
  void SetConstants();
  void Start();
  void LoadStates(const float* from, int64_t width, Range rows, const Parts& parts, float* to,
                  int64_t ld) const;
  const float* ChunkInput(const Chunk& chunk) const;
  void InputProduct(const Chunk& chunk, const float* x, float* gates) const;

  // x: the step's rows of input, if their product is not in gates.
  void Step(int64_t t, float* gates, const float* x);
  Rows NewState(int64_t t) const;
  Rows NewCell(int64_t t) const;
  Rows Unprojected(int64_t t) const;
  void SetCell(int64_t t, Range rows, const Rows& h, const Rows& c);
  void FusedStep(int64_t panel_begin, int64_t panel_end, float* gates, const float* x);
  void SeparateStep(int64_t first_row, float* gates) const;
  void SaveForBackward(int64_t t, const Rows& h, const Rows& c) const;
  void StoreOutput(int64_t t, const Rows& h) const;
  void StoreFinalStates(int64_t t, const Rows& h, const Rows& c) const;
  void LoadInitialStates(int64_t t, float* h, float* c) const;

  const ForwardPass& pass_;
  const PackedSequence& sequence_;
  const Geometry& g_;
  const Shape& shape_;
  const Team team_;
  const int64_t layer_, direction_;
  const int64_t slot_;
  const bool reverse_;
  const bool in_place_;  // h is written to the layer's output
  const DirectionWeights& weights_;
  const SavedDirection saved_;  // all nullptr in inference
  float* const quantized_;      // int8: this thread's memory
  Parts units_;                 // own parts of gates, c and h before the projection
  Parts states_;                // own parts of the projection and of the state h
  StepArgs step_;               // of the current step
  const float* h_prev_;
  int64_t ld_h_prev_;
  const float* c_prev_ = nullptr;
  int64_t ld_c_prev_ = 0;
  int64_t done_ = 0;    // steps
  int64_t step_count_;  // steps of all calls
  int spare_ = 0;       // index of the state buffer that the next step may write
};

}  // namespace fusedrnn
