#include "rnn_saved.h"

#include "scalar.h"

namespace fakecuda {

Saved::Saved(const Network& network, size_t steps, size_t rows, double* values)
    : steps_(steps),
      rows_(rows),
      extra_(network.gates() * network.hidden),
      out_(extra_ + network.hidden),
      full_(out_ + network.state),
      dout_(full_ + (network.projects() ? network.hidden : 0)),
      size_(dout_ + (network.projects() ? network.state : 0)),
      values_(values) {}

size_t Saved::Doubles(const Network& network, size_t steps, size_t rows) {
  return network.pseudo_layers() * steps * rows * Saved(network, steps, rows, nullptr).size_;
}

double DropoutFactor(const Network& network, uint64_t draw, size_t layer, size_t t, size_t n,
                     size_t unit) {
  if (network.dropout == 0) return 1;
  uint64_t h = network.dropout_seed + 0x9e3779b97f4a7c15U * (draw + 1);
  for (const uint64_t part : {uint64_t{layer}, uint64_t{t}, uint64_t{n}, uint64_t{unit}}) {
    h = (h ^ part) * 0xbf58476d1ce4e5b9U;
    h ^= h >> 29;
  }
  const double uniform = static_cast<double>(h >> 11) * 0x1p-53;
  return uniform < network.dropout ? 0 : 1 / (1 - static_cast<double>(network.dropout));
}

std::vector<double> LayerInput(const RnnCall& call, const void* x, const Saved& saved,
                               uint64_t draw, size_t layer) {
  const Network& net = call.network;
  const size_t width = net.inputs_of(layer);
  const auto directions = static_cast<size_t>(net.directions);
  std::vector<double> input(call.x.steps * call.x.rows * width);
  for (size_t n = 0; n < call.x.rows; ++n) {
    for (size_t t = 0; t < static_cast<size_t>(call.x.lengths[n]); ++t) {
      double* to = input.data() + (t * call.x.rows + n) * width;
      for (size_t i = 0; i < width; ++i) {
        if (layer == 0) {
          to[i] = LoadScalar(x, net.type, call.x.at(t, n) + i);
        } else {
          const size_t below = (layer - 1) * directions + i / net.state;
          to[i] =
              saved.out(below, t, n)[i % net.state] * DropoutFactor(net, draw, layer - 1, t, n, i);
        }
      }
    }
  }
  return input;
}

uint64_t HashOf(const void* bytes, size_t count) {
  const auto* p = static_cast<const unsigned char*>(bytes);
  uint64_t h = 1469598103934665603U;
  for (size_t i = 0; i < count; ++i) h = (h ^ p[i]) * 1099511628211U;
  return h;
}

uint64_t HashOf(const Sequences& sequences, const void* values, int shortest) {
  const size_t size = ElementSize(sequences.type);
  uint64_t h = 0;
  for (size_t n = 0; n < sequences.rows; ++n) {
    if (sequences.lengths[n] < shortest) continue;
    for (size_t t = 0; t < static_cast<size_t>(sequences.lengths[n]); ++t) {
      const auto* vector = static_cast<const char*>(values) + sequences.at(t, n) * size;
      h = h * 31 + HashOf(vector, sequences.width * size);
    }
  }
  return h;
}

size_t ReserveBytes(const Network& network, size_t steps, size_t rows) {
  return sizeof(ReserveHeader) + Saved::Doubles(network, steps, rows) * sizeof(double);
}

}  // namespace fakecuda
