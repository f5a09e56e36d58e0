// One thread's way through the steps of one layer and direction.
//
// Every thread of a team runs the same code. With fused steps it owns a range of unit panels, in
// which the first and the last may be its own for some of the rows only, so that all have as much
// to do: it makes the input product, the step, the copies of the state and of the outputs for its
// own part, and the only value that crosses is h, once per step: hence one barrier per step.
// Otherwise it owns a part of each step's rows. A team of one shares nothing: its index names its
// slot of the workspace.
#pragma once

#include <cstdint>

#include "cell_step.h"
#include "forward_pass.h"
#include "team.h"

namespace fusedrnn {

class DirectionWalk {
 public:
  // There is at least one step.
  DirectionWalk(const ForwardPass& pass, int64_t layer, int64_t direction, const Team& team);

  bool ended() const { return done_ == sequence_.steps(); }
  // The next few steps, with the input product of all of them before.
  void RunChunk();
  // How often that is, from the first step to the last.
  static int64_t ChunkCount(const ForwardPass& pass, bool reverse);

 private:
  struct Range {
    int64_t begin, end;
    int64_t size() const { return end - begin; }
  };
  struct Chunk {
    int64_t low;  // its earliest time
    int64_t steps;
    int64_t rows;
  };
  struct Rows {
    float* at;
    int64_t ld;
  };
  // What a thread owns of each step: columns, and of its rows those from begin / of to end / of.
  struct Share {
    int64_t begin, end, of;
    bool all() const { return end - begin == of; }
  };
  static constexpr Share kAll = {0, 1, 1};
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

  // Place in this slot's part of the workspace.
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

  void FindParts();
  void CutUnits();
  void Start();
  void LoadStates(const float* from, int64_t width, Range rows, const Parts& parts, float* to,
                  int64_t ld) const;
  const float* ChunkInput(const Chunk& chunk) const;
  void InputProduct(const Chunk& chunk, const float* x, float* gates) const;

  // direction_step.cc. x: the step's own rows of input, if their product is not in gates.
  void Step(int64_t t, float* gates, const float* x);
  Rows NewState(int64_t t) const;
  Rows NewCell(int64_t t) const;
  StepBuffers Buffers(int64_t t, float* gates, const float* x, const Rows& h, const Rows& c,
                      Range rows) const;
  void Save(int64_t t, const Rows& h, const Rows& c) const;
  void Emit(int64_t t, const Rows& h) const;
  void End(int64_t t, const Rows& h, const Rows& c) const;
  void Join(int64_t t, float* h, float* c) const;

  const ForwardPass& pass_;
  const PackedSequence& sequence_;
  const Geometry& g_;
  const Shape& shape_;
  const Team team_;
  const int64_t layer_, direction_;
  const int64_t slot_;  // of the workspace
  const bool reverse_;
  const bool in_place_;  // h is written where the layer's output lies
  const DirectionWeights& weights_;
  float* const quantized_;
  SavedDirection saved_;  // all nullptr in inference
  Parts units_;           // own, of the gates' panels, of c and of h before the projection
  Parts states_;          // own, of the projection's panels and of the state h
  const float* h_prev_;
  int64_t ld_h_prev_;
  const float* c_prev_ = nullptr;
  int64_t ld_c_prev_ = 0;
  int64_t done_ = 0;    // steps
  int64_t step_count_;  // counts steps, too, but across calls
  int spare_ = 0;       // index of the state buffer that the next step may write
};

}  // namespace fusedrnn
