// cuDNN's descriptors of a recurrent network and of its data, and where the weights of one lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "objects.h"

namespace fakecuda {

enum Algorithm { kStandard = 0, kPersistStatic = 1, kPersistDynamic = 2, kSmallH = 3 };
enum Cell { kRelu = 0, kTanh = 1, kLstm = 2, kGru = 3 };
enum Bias { kNoBias = 0, kInputBias = 1, kDoubleBias = 2, kRecurrentBias = 3 };
enum DataType { kFloat = 0, kDouble = 1, kHalf = 2, kBfloat16 = 9 };
enum Layout { kSeqMajor = 0, kSeqMajorPacked = 1, kBatchMajor = 2 };

// 0 for a type that no recurrent network has.
size_t ElementSize(int type);

struct TensorDescriptor : Object {
  static constexpr Kind kKind = Kind::kTensorDescriptor;
  TensorDescriptor() : Object(kKind) {}

  int type = -1;  // not set
  std::vector<int> sizes;
  std::vector<int> strides;
};

struct DropoutDescriptor : Object {
  static constexpr Kind kKind = Kind::kDropoutDescriptor;
  DropoutDescriptor() : Object(kKind) {}

  bool set = false;
  float rate = 0;
  uint64_t seed = 0;
};

// A matrix or a bias vector inside the weight space.
struct Region {
  size_t offset = 0;  // elements
  size_t rows = 0;    // 0: there is none
  size_t cols = 0;
};

// What a network computes; copied into the work that a call queues.
struct Network {
  int algorithm = -1;  // not set
  int cell = 0;
  int bias = 0;
  int directions = 1;
  int type = 0;
  int math_precision = 0;
  int math = 0;
  size_t inputs = 0;  // C
  size_t hidden = 0;  // H
  size_t state = 0;   // P, H without a projection
  size_t layers = 0;
  float dropout = 0;
  uint64_t dropout_seed = 0;
  bool padded_io = false;
  bool clips = false;
  double clip_low = 0;
  double clip_high = 0;

  size_t gates() const { return cell == kLstm ? 4 : cell == kGru ? 3 : 1; }
  bool projects() const { return state != hidden; }
  size_t inputs_of(size_t layer) const { return layer == 0 ? inputs : state * outputs_per_state(); }
  size_t outputs_per_state() const { return static_cast<size_t>(directions); }
  size_t pseudo_layers() const { return layers * static_cast<size_t>(directions); }
  bool has_input_bias() const { return bias == kInputBias || bias == kDoubleBias; }
  bool has_recurrent_bias() const { return bias == kRecurrentBias || bias == kDoubleBias; }
  // Of what a weight space and a reserve depend on.
  uint64_t hash() const;
};

// Where everything lies: shuffled, with gaps, another order for every other network, so that nobody
// can assume one.
class WeightMap {
 public:
  explicit WeightMap(const Network& network);

  // id: cuDNN's linLayerID.
  const Region& matrix(size_t pseudo_layer, size_t id) const {
    return matrices_[pseudo_layer * ids_ + id];
  }
  const Region& bias(size_t pseudo_layer, size_t id) const {
    return biases_[pseudo_layer * ids_ + id];
  }
  size_t ids() const { return ids_; }
  size_t elements() const { return elements_; }

 private:
  size_t ids_;
  size_t elements_ = 0;
  std::vector<Region> matrices_;
  std::vector<Region> biases_;
};

struct RnnDescriptor : Object {
  static constexpr Kind kKind = Kind::kRnnDescriptor;
  RnnDescriptor() : Object(kKind) {}

  Network network;
  std::shared_ptr<const WeightMap> map;  // null: not set
  int built_for = 0;                     // cudnnBuildRNNDynamic
};

struct Sequences {
  int type = -1;  // not set
  int layout = 0;
  size_t steps = 0;
  size_t rows = 0;
  size_t width = 0;
  std::vector<int> lengths;
  bool fills = false;
  double fill = 0;

  size_t elements() const;
  // Element index of the vector of a valid step, or of a padded one in the unpacked layouts.
  size_t at(size_t t, size_t n) const;
};

struct RnnDataDescriptor : Object {
  static constexpr Kind kKind = Kind::kRnnDataDescriptor;
  RnnDataDescriptor() : Object(kKind) {}

  Sequences data;
};

}  // namespace fakecuda
