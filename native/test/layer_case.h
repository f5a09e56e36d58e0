// A layer with random weights and data, the C ABI's answer to it, and an oracle: the cell equations
// in float64, one row, one step, one unit at a time. Gradients of the oracle are central
// differences, so that nothing of the backward under test is in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {
namespace test {

// SplitMix64, uniform in [-1, 1).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Bits();
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1p-52 - 1; }

 private:
  uint64_t state_;
};

fr_desc RnnDesc(int32_t inputs, int32_t hidden);
fr_desc LstmDesc(int32_t inputs, int32_t hidden);
fr_desc GruDesc(int32_t inputs, int32_t hidden);

// Owns a layer's handle, which is nullptr if the layer was refused.
class Layer {
 public:
  explicit Layer(const fr_desc& desc, int32_t isa = 0, int32_t products = FR_PRODUCTS_PACKED)
      : layer_(fr_layer_create(&desc, isa, products)) {}
  ~Layer() { fr_layer_free(layer_); }
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;
  operator const fr_layer*() const { return layer_; }

 private:
  fr_layer* layer_;
};

// All tensors of one call, in the C ABI's layout.
struct Tensors {
  std::vector<float> weights, x, h0, c0, dy, dhn, dcn;
};

struct Case {
  std::string name;
  fr_desc desc;
  int32_t t = 1, n = 1;
  std::vector<int32_t> lengths;  // empty: none are passed
  uint64_t seed = 1;
  bool initial = true;      // h0 and c0 are passed
  double weight_scale = 0;  // 0: 1 / sqrt(H)

  int32_t D() const { return desc.direction == FR_DIRECTION_BIDIRECTIONAL ? 2 : 1; }
  int32_t R() const { return desc.projection_size > 0 ? desc.projection_size : desc.hidden_size; }
  int32_t G() const { return desc.cell == FR_CELL_LSTM ? 4 : desc.cell == FR_CELL_GRU ? 3 : 1; }
  int32_t Merged() const { return desc.merge_sum != 0 ? R() : D() * R(); }
  bool Lstm() const { return desc.cell == FR_CELL_LSTM; }
  int32_t Length(int32_t row) const {
    return lengths.empty() ? t : lengths[static_cast<size_t>(row)];
  }
  // Index of (t, n) among the rows of x and y.
  int64_t Row(int32_t time, int32_t row) const {
    return desc.batch_major != 0 ? int64_t{row} * t + time : int64_t{time} * n + row;
  }
  std::vector<int64_t> Offsets() const;
  int64_t WeightCount() const;
  Tensors Make() const;
};

struct Doubles {
  std::vector<double> y, hn, cn;
};

// Forward in float64.
Doubles Oracle(const Case& c, const std::vector<double>& weights, const std::vector<double>& x,
               const std::vector<double>& h0, const std::vector<double>& c0,
               const std::vector<float>& dropout_masks);

struct Outputs {
  int32_t status = 0;
  std::string error;
  std::vector<float> y, hn, cn;                    // forward
  std::vector<float> infer_y, infer_hn, infer_cn;  // the same by fr_infer
  std::vector<float> dx, dh0, dc0, dweights;       // backward
};

struct How {
  int32_t isa = 0;
  int32_t products = FR_PRODUCTS_PACKED;
  int32_t threads = 1;
  bool backward = true;
  int32_t spare_t = 0, spare_n = 0;  // capacity of the plan beyond the call
  int64_t dropout_seed = 5, dropout_call = 3;
};

// Every weight element of dweights starts from this, to see that gradients are added.
constexpr float kGradientStart = 0.25f;

Outputs RunLayer(const Case& c, const Tensors& tensors, const How& how);

// The masks of all layers but the last, [layer][t, n, merged], scaled; empty without dropout.
std::vector<float> Masks(const Case& c, const How& how);

// Opens FUSEDRNN_OPENBLAS; false, and a line that says so, where it is unset.
bool OpenTestBlas();

}  // namespace test
}  // namespace fusedrnn
