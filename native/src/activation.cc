#include "activation.h"

#include <algorithm>
#include <cmath>

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {
namespace {

double Sigmoid(double x) {
  // e^-|x| never overflows.
  const double e = std::exp(-std::fabs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

}  // namespace

double Activate(int32_t kind, double alpha, double beta, double x) {
  switch (kind) {
    case FR_ACT_SIGMOID:
      return Sigmoid(x);
    case FR_ACT_TANH:
      return std::tanh(x);
    case FR_ACT_RELU:
      return x > 0 || std::isnan(x) ? x : 0;
    case FR_ACT_HARD_SIGMOID: {
      const double line = alpha * x + beta;
      return line < 0 ? 0 : line > 1 ? 1 : line;
    }
    case FR_ACT_SOFTSIGN:
      return x / (1 + std::fabs(x));
    case FR_ACT_SOFTPLUS:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case FR_ACT_ELU:
      return x >= 0 || std::isnan(x) ? x : alpha * std::expm1(x);
    case FR_ACT_LEAKY_RELU:
      return x >= 0 ? x : alpha * x;
    case FR_ACT_THRESHOLDED_RELU:
      return x >= alpha || std::isnan(x) ? x : 0;
    case FR_ACT_SCALED_TANH:
      return alpha * std::tanh(beta * x);
    case FR_ACT_AFFINE:
      return alpha * x + beta;
    default:
      return x;  // FR_ACT_IDENTITY
  }
}

double ActivationSlope(int32_t kind, double alpha, double beta, double x, double y) {
  switch (kind) {
    case FR_ACT_SIGMOID:
      return y * (1 - y);
    case FR_ACT_TANH:
      return 1 - y * y;
    case FR_ACT_RELU:
      return x > 0 ? 1 : 0;
    case FR_ACT_HARD_SIGMOID: {
      const double line = alpha * x + beta;
      return line > 0 && line < 1 ? alpha : 0;
    }
    case FR_ACT_SOFTSIGN: {
      const double root = 1 / (1 + std::fabs(x));
      return root * root;
    }
    case FR_ACT_SOFTPLUS:
      return Sigmoid(x);
    case FR_ACT_ELU:
      return x >= 0 ? 1 : alpha * std::exp(x);
    case FR_ACT_LEAKY_RELU:
      return x >= 0 ? 1 : alpha;
    case FR_ACT_THRESHOLDED_RELU:
      return x >= alpha ? 1 : 0;
    case FR_ACT_SCALED_TANH: {
      const double t = std::tanh(beta * x);
      return alpha * beta * (1 - t * t);
    }
    case FR_ACT_AFFINE:
      return alpha;
    default:
      return 1;  // FR_ACT_IDENTITY
  }
}

}  // namespace fusedrnn
