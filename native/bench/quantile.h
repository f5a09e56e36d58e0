// Quantiles of measured times.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace fusedrnn {

// The value below which `part` of the values lie; sorts them.
inline double Quantile(std::vector<double>* values, double part) {
  if (values->empty()) return 0;
  std::sort(values->begin(), values->end());
  const double last = static_cast<double>(values->size() - 1);
  return (*values)[static_cast<size_t>(std::lround(part * last))];
}

}  // namespace fusedrnn
