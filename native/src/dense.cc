#include "dense.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "activation.h"
#include "dispatch.h"
#include "fusedrnn/fusedrnn.h"
#include "rows.h"

namespace fusedrnn {
namespace {

double Wide(float value) { return static_cast<double>(value); }
float Narrow(double value) { return static_cast<float>(value); }

// Adds term(i) in eight lanes, i mod 8, then the lanes from left to right: a fixed order that a
// compiler can vectorise.
template <class Term>
double SumInLanes(int64_t n, Term term) {
  constexpr int64_t kLanes = 8;
  double lane[kLanes] = {};
  const int64_t whole = n / kLanes * kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lane[l] += term(i + l);
  }
  for (int64_t i = whole; i < n; ++i) lane[i - whole] += term(i);
  double sum = 0;
  for (const double part : lane) sum += part;
  return sum;
}

bool IsVectorised(int32_t kind) {
  return kind == FR_ACT_SIGMOID || kind == FR_ACT_TANH || kind == FR_ACT_RELU ||
         kind == FR_ACT_IDENTITY;
}

}  // namespace

void AddBias(float* y, const float* bias, int64_t rows, int64_t cols) {
  for (int64_t r = 0; r < rows; ++r) AddFloats(y + r * cols, bias, cols);
}

void AddColumnSums(const float* values, int64_t ld, int64_t rows, int64_t begin, int64_t end,
                   float* to, float* also) {
  constexpr int64_t kTogether = 128;
  double sum[kTogether];
  for (int64_t first = begin; first < end; first += kTogether) {
    const int64_t count = std::min(kTogether, end - first);
    std::fill_n(sum, count, 0.0);
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = values + r * ld + first;
      for (int64_t i = 0; i < count; ++i) sum[i] += Wide(row[i]);
    }
    for (float* target : {to, also}) {
      for (int64_t i = 0; target != nullptr && i < count; ++i) {
        target[first + i] = Narrow(Wide(target[first + i]) + sum[i]);
      }
    }
  }
}

void Gather(const float* table, const int32_t* ids, int64_t rows, int64_t cols, float* y) {
  for (int64_t r = 0; r < rows; ++r) CopyFloats(y + r * cols, table + ids[r] * cols, cols);
}

void Scatter(const float* x, const int32_t* ids, int64_t rows, int64_t cols, float* table) {
  for (int64_t r = 0; r < rows; ++r) CopyFloats(table + ids[r] * cols, x + r * cols, cols);
}

void ScatterAdd(const float* dy, const int32_t* ids, int64_t rows, int64_t cols, float* dtable) {
  for (int64_t r = 0; r < rows; ++r) AddFloats(dtable + ids[r] * cols, dy + r * cols, cols);
}

void SoftmaxCrossEntropy(const float* logits, const int32_t* labels, int32_t ignore, int64_t rows,
                         int64_t classes, float scale, float* dlogits, double loss[3]) {
  const KernelTable& kernels = BestKernels();
  double sum = 0;
  int64_t counted = 0, right = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = logits + r * classes;
    float* gradient = dlogits == nullptr ? nullptr : dlogits + r * classes;
    if (labels[r] == ignore) {
      if (gradient != nullptr) ZeroFloats(gradient, classes);
      continue;
    }
    const int32_t label = labels[r];
    const double logit = Wide(row[label]);  // read first: the gradient may lie over it
    if (std::max_element(row, row + classes) - row == label) ++right;
    sum += kernels.f32_softmax_row(row, classes, gradient) - logit;
    ++counted;
    if (gradient != nullptr) {
      gradient[label] -= 1;
      Scale(gradient, scale, classes);
    }
  }
  loss[0] = sum;
  loss[1] = static_cast<double>(counted);
  loss[2] = static_cast<double>(right);
}

void Softmax(const float* x, int64_t rows, int64_t cols, float* y) {
  for (int64_t r = 0; r < rows; ++r)
    BestKernels().f32_softmax_row(x + r * cols, cols, y + r * cols);
}

void ActivateAll(int32_t kind, float alpha, float beta, const float* x, float* y, int64_t n) {
  if (IsVectorised(kind)) {
    BestKernels().f32_activate(kind, x, y, n);
    return;
  }
  for (int64_t i = 0; i < n; ++i)
    y[i] = Narrow(Activate(kind, Wide(alpha), Wide(beta), Wide(x[i])));
}

void ActivateAllBackward(int32_t kind, float alpha, float beta, const float* x, const float* y,
                         const float* dy, float* dx, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    dx[i] = Narrow(Wide(dy[i]) *
                   ActivationSlope(kind, Wide(alpha), Wide(beta), Wide(x[i]), Wide(y[i])));
  }
}

double Sum(const float* x, int64_t n) {
  return SumInLanes(n, [x](int64_t i) { return Wide(x[i]); });
}

double SumOfSquares(const float* x, int64_t n) {
  return SumInLanes(n, [x](int64_t i) { return Wide(x[i]) * Wide(x[i]); });
}

void Scale(float* x, float factor, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

void Clamp(float* x, float low, float high, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
}

void Axpy(float a, const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] += a * x[i];
}

double SquaredError(const float* p, const float* target, float scale, float* dp, int64_t n) {
  const double sum = SumInLanes(n, [p, target](int64_t i) {
    const double d = Wide(p[i]) - Wide(target[i]);
    return d * d;
  });
  if (dp != nullptr) {
    for (int64_t i = 0; i < n; ++i) dp[i] = scale * 2 * (p[i] - target[i]);
  }
  return sum;
}

double SigmoidCrossEntropy(const float* z, const float* target, float scale, float* dz, int64_t n) {
  const double sum = SumInLanes(n, [z, target](int64_t i) {
    const double logit = Wide(z[i]);
    return std::max(logit, 0.0) - logit * Wide(target[i]) + std::log1p(std::exp(-std::fabs(logit)));
  });
  if (dz != nullptr) {
    for (int64_t i = 0; i < n; ++i) {
      const double p = Activate(FR_ACT_SIGMOID, 0, 0, Wide(z[i]));
      dz[i] = Narrow(Wide(scale) * (p - Wide(target[i])));
    }
  }
  return sum;
}

void SgdUpdate(const SgdRule& rule, float* w, const float* g, float* velocity, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] + rule.weight_decay * w[i];
    float update = gradient;
    if (velocity != nullptr) {
      velocity[i] = rule.momentum * velocity[i] + gradient;
      update = rule.nesterov ? gradient + rule.momentum * velocity[i] : velocity[i];
    }
    w[i] -= rule.rate * update;
  }
}

// Kingma & Ba 2015, algorithm 1; decoupled weight decay: Loshchilov & Hutter 2019. The corrections
// 1 - beta^step are float64: at beta2 = 0.999 and step 1 a float32 would keep four digits.
void AdamUpdate(const AdamRule& rule, float* w, const float* g, float* m, float* v, int64_t n) {
  const double step = static_cast<double>(rule.step);
  const double correction1 = 1 - std::pow(Wide(rule.beta1), step);
  const double correction2 = 1 - std::pow(Wide(rule.beta2), step);
  const double rate = Wide(rule.rate), epsilon = Wide(rule.epsilon),
               decay = Wide(rule.weight_decay);
  const double beta1 = Wide(rule.beta1), beta2 = Wide(rule.beta2);
  for (int64_t i = 0; i < n; ++i) {
    const double weight = Wide(w[i]);
    const double gradient = Wide(g[i]) + (rule.decoupled ? 0 : decay * weight);
    const double mean = beta1 * Wide(m[i]) + (1 - beta1) * gradient;
    const double square = beta2 * Wide(v[i]) + (1 - beta2) * gradient * gradient;
    m[i] = Narrow(mean);
    v[i] = Narrow(square);
    double update = mean / correction1 / (std::sqrt(square / correction2) + epsilon);
    if (rule.decoupled) update += decay * weight;
    w[i] = Narrow(weight - rate * update);
  }
}

}  // namespace fusedrnn
