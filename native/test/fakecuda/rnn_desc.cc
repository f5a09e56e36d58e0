#include "rnn_desc.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

namespace fakecuda {
namespace {

// Elements; cuDNN's own regions are aligned, too.
constexpr size_t kRegionAlignment = 8;

uint64_t LayoutSeed() {
  static const uint64_t seed = [] {
    const char* text = std::getenv("FAKECUDA_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
  }();
  return seed;
}

}  // namespace

size_t ElementSize(int type) {
  switch (type) {
    case kFloat:
      return 4;
    case kDouble:
      return 8;
    case kHalf:
    case kBfloat16:
      return 2;
    default:
      return 0;
  }
}

uint64_t Network::hash() const {
  uint64_t h = 1469598103934665603U;
  for (const uint64_t field :
       {static_cast<uint64_t>(algorithm), static_cast<uint64_t>(cell), static_cast<uint64_t>(bias),
        static_cast<uint64_t>(directions), static_cast<uint64_t>(type), static_cast<uint64_t>(math),
        uint64_t{inputs}, uint64_t{hidden}, uint64_t{state}, uint64_t{layers}}) {
    h = (h ^ field) * 1099511628211U;
  }
  return h;
}

WeightMap::WeightMap(const Network& network)
    : ids_(2 * network.gates() + (network.projects() ? 1 : 0)),
      matrices_(network.pseudo_layers() * ids_),
      biases_(network.pseudo_layers() * ids_) {
  const size_t gates = network.gates();
  for (size_t p = 0; p < network.pseudo_layers(); ++p) {
    const size_t layer = p / static_cast<size_t>(network.directions);
    for (size_t id = 0; id < ids_; ++id) {
      Region& matrix = matrices_[p * ids_ + id];
      if (id == 2 * gates) {
        matrix.rows = network.state;
        matrix.cols = network.hidden;
        continue;
      }
      matrix.rows = network.hidden;
      matrix.cols = id < gates ? network.inputs_of(layer) : network.state;
      if (id < gates ? network.has_input_bias() : network.has_recurrent_bias()) {
        biases_[p * ids_ + id] = {0, network.hidden, 1};
      }
    }
  }
  std::vector<Region*> all;
  for (Region& region : matrices_) all.push_back(&region);
  for (Region& region : biases_) {
    if (region.rows != 0) all.push_back(&region);
  }
  std::mt19937_64 random(network.hash() ^ LayoutSeed());
  std::shuffle(all.begin(), all.end(), random);
  for (Region* region : all) {
    elements_ += kRegionAlignment * (random() % 3);
    region->offset = elements_;
    const size_t size = region->rows * region->cols;
    elements_ += (size + kRegionAlignment - 1) / kRegionAlignment * kRegionAlignment;
  }
  elements_ += kRegionAlignment;
}

size_t Sequences::elements() const {
  if (layout != kSeqMajorPacked) return steps * rows * width;
  return width * static_cast<size_t>(std::accumulate(lengths.begin(), lengths.end(), 0));
}

size_t Sequences::at(size_t t, size_t n) const {
  switch (layout) {
    case kSeqMajor:
      return (t * rows + n) * width;
    case kBatchMajor:
      return (n * steps + t) * width;
    default: {
      size_t before = n;
      for (const int length : lengths) before += std::min(t, static_cast<size_t>(length));
      return before * width;
    }
  }
}

}  // namespace fakecuda
