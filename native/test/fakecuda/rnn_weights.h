// One pseudo-layer's weights as float64.
#pragma once

#include <vector>

#include "rnn_math.h"

namespace fakecuda {

struct LayerWeights {
  LayerWeights(const RnnCall& call, const void* space, size_t pseudo_layer);

  // out[i] += sum over j of matrix[id][i][j] * in[j].
  void Multiply(size_t id, const double* in, double* out) const;
  // out[j] += sum over i of matrix[id][i][j] * in[i].
  void MultiplyTransposed(size_t id, const double* in, double* out) const;
  // 0 where there is no bias.
  double bias(size_t id, size_t unit) const { return biases[id].empty() ? 0 : biases[id][unit]; }

  const WeightMap& map;
  const size_t pseudo;
  std::vector<std::vector<double>> matrices;
  std::vector<std::vector<double>> biases;
};

}  // namespace fakecuda
