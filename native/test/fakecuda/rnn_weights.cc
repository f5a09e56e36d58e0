#include "rnn_weights.h"

#include "scalar.h"

namespace fakecuda {
namespace {

std::vector<double> LoadRegion(const Region& region, const void* space, int type) {
  std::vector<double> values(region.rows * region.cols);
  for (size_t i = 0; i < values.size(); ++i) values[i] = LoadScalar(space, type, region.offset + i);
  return values;
}

}  // namespace

LayerWeights::LayerWeights(const RnnCall& call, const void* space, size_t pseudo_layer)
    : map(*call.map), pseudo(pseudo_layer) {
  for (size_t id = 0; id < map.ids(); ++id) {
    matrices.push_back(LoadRegion(map.matrix(pseudo, id), space, call.network.type));
    biases.push_back(LoadRegion(map.bias(pseudo, id), space, call.network.type));
  }
}

void LayerWeights::Multiply(size_t id, const double* in, double* out) const {
  const Region& region = map.matrix(pseudo, id);
  const double* row = matrices[id].data();
  for (size_t i = 0; i < region.rows; ++i, row += region.cols) {
    double sum = 0;
    for (size_t j = 0; j < region.cols; ++j) sum += row[j] * in[j];
    out[i] += sum;
  }
}

void LayerWeights::MultiplyTransposed(size_t id, const double* in, double* out) const {
  const Region& region = map.matrix(pseudo, id);
  const double* row = matrices[id].data();
  for (size_t i = 0; i < region.rows; ++i, row += region.cols) {
    for (size_t j = 0; j < region.cols; ++j) out[j] += row[j] * in[i];
  }
}

}  // namespace fakecuda
