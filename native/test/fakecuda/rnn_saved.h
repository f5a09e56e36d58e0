// The reserve: what forward leaves for the backward calls, and each of these for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rnn_math.h"

namespace fakecuda {

enum class Stage : uint64_t { kForward = 1, kBackwardData = 2 };

struct ReserveHeader {
  uint64_t magic;
  uint64_t network;  // hash
  uint64_t steps;
  uint64_t rows;
  Stage stage;
  uint64_t x;  // hash of what was read
  uint64_t y;
  uint64_t weights;
  uint64_t draw;  // number of the dropout mask
};

// For each pseudo-layer, step and row: gates [G*H], extra [H], out [P]; with a projection also full
// [H] and dout [P].
class Saved {
 public:
  Saved(const Network& network, size_t steps, size_t rows, double* values);

  static size_t Doubles(const Network& network, size_t steps, size_t rows);

  // Activations; after backward data, gradients of what entered them.
  double* gates(size_t p, size_t t, size_t n) const { return cell(p, t, n); }
  // LSTM: c. GRU: the recurrent part of n; after backward data, its gradient.
  double* extra(size_t p, size_t t, size_t n) const { return cell(p, t, n) + extra_; }
  double* out(size_t p, size_t t, size_t n) const { return cell(p, t, n) + out_; }
  // o∘tanh(c) before the projection.
  double* full(size_t p, size_t t, size_t n) const { return cell(p, t, n) + full_; }
  // Gradient of out.
  double* dout(size_t p, size_t t, size_t n) const { return cell(p, t, n) + dout_; }

 private:
  double* cell(size_t p, size_t t, size_t n) const {
    return values_ + ((p * steps_ + t) * rows_ + n) * size_;
  }

  size_t steps_;
  size_t rows_;
  size_t extra_;
  size_t out_;
  size_t full_;
  size_t dout_;
  size_t size_;
  double* values_;
};

// Factor of an element of layer k's output on its way to the next layer.
double DropoutFactor(const Network& network, uint64_t draw, size_t layer, size_t t, size_t n,
                     size_t unit);

// What layer k reads, [T, N, C_k].
std::vector<double> LayerInput(const RnnCall& call, const void* x, const Saved& saved,
                               uint64_t draw, size_t layer);

// Of the valid steps of rows that have at least so many: nobody reads y of a row of one step again,
// so that a caller may put such a row in the place of an empty one, and zeros over what came out of
// it.
uint64_t HashOf(const Sequences& sequences, const void* values, int shortest);
uint64_t HashOf(const void* bytes, size_t count);

// Whether the reserve is what the call before this stage left; tells a breach when it is not.
bool ReserveIs(const RnnCall& call, const void* reserve, Stage stage);

// Step that comes s-th for a row of a direction.
inline size_t StepAt(size_t s, size_t length, size_t direction) {
  return direction == 0 ? s : length - 1 - s;
}

}  // namespace fakecuda
