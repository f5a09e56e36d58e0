#include "dense.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "activation.h"
#include "dense_team.h"
#include "dispatch.h"
#include "fusedrnn/fusedrnn.h"
#include "rows.h"

namespace fusedrnn {
namespace {

double Wide(float value) { return static_cast<double>(value); }
float Narrow(double value) { return static_cast<float>(value); }

// Elements of a thread's share at least: less is done before a second thread is awake.
constexpr int64_t kSmallestShare = 1 << 15;

// Adds term(i) in eight lanes, i mod 8, then the lanes from left to right: a fixed order that a
// compiler can vectorise.
template <class Term>
double SumInLanes(int64_t begin, int64_t end, Term term) {
  constexpr int64_t kLanes = 8;
  double lane[kLanes] = {};
  const int64_t whole = begin + (end - begin) / kLanes * kLanes;
  for (int64_t i = begin; i < whole; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lane[l] += term(i + l);
  }
  for (int64_t i = whole; i < end; ++i) lane[i - whole] += term(i);
  double sum = 0;
  for (const double part : lane) sum += part;
  return sum;
}

// A sum of n things in parts whose number depends on n alone, which threads may share.
struct Parts {
  static constexpr int64_t kMost = 64;

  Parts(int64_t n, int64_t smallest)
      : items(n), count(std::clamp<int64_t>(n / smallest, 1, kMost)) {}
  int64_t Begin(int64_t i) const { return items * i / count; }

  const int64_t items, count;
};

// term(i) of [0, n), each part in lanes, then the parts in order.
template <class Term>
double SumOf(int64_t n, Term term) {
  const Parts parts(n, kSmallestShare);
  double sums[Parts::kMost];
  DenseTeamLease lease(DenseTeamSize(n, kSmallestShare));
  lease.Run([&](const Team& team) {
    for (int64_t p = team.Begin(parts.count); p < team.End(parts.count); ++p) {
      sums[p] = SumInLanes(parts.Begin(p), parts.Begin(p + 1), term);
    }
  });
  double sum = 0;
  for (int64_t p = 0; p < parts.count; ++p) sum += sums[p];
  return sum;
}

// body(begin, end) for ranges of rows.
template <class Body>
void ShareRows(int64_t rows, int64_t cols, const Body& body) {
  DenseTeamLease lease(
      DenseTeamSize(rows, std::max<int64_t>(1, kSmallestShare / std::max<int64_t>(1, cols))));
  lease.Run([&](const Team& team) { body(team.Begin(rows), team.End(rows)); });
}

// Whether `label` is where the first of the largest values lies; not if a NaN is among them.
bool IsLargest(const float* row, int64_t count, int64_t label) {
  const float value = row[label];
  int64_t below = 0;
  for (int64_t i = 0; i < label; ++i) below += row[i] < value ? 1 : 0;
  for (int64_t i = label; i < count; ++i) below += row[i] <= value ? 1 : 0;
  return below == count;
}

bool IsVectorised(int32_t kind) {
  return kind == FR_ACT_SIGMOID || kind == FR_ACT_TANH || kind == FR_ACT_RELU ||
         kind == FR_ACT_IDENTITY;
}

}  // namespace

void AddBias(float* y, const float* bias, int64_t rows, int64_t cols) {
  ShareRows(rows, cols, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) AddFloats(y + r * cols, bias, cols);
  });
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

namespace {

struct RowLoss {
  double sum;
  int64_t counted, right;
};

RowLoss SoftmaxRows(const float* logits, const int32_t* labels, int32_t ignore, int64_t begin,
                    int64_t end, int64_t classes, float scale, float* dlogits) {
  const KernelTable& kernels = BestKernels();
  RowLoss loss{};
  for (int64_t r = begin; r < end; ++r) {
    const float* row = logits + r * classes;
    float* gradient = dlogits == nullptr ? nullptr : dlogits + r * classes;
    if (labels[r] == ignore) {
      if (gradient != nullptr) ZeroFloats(gradient, classes);
      continue;
    }
    const int32_t label = labels[r];
    const double logit = Wide(row[label]);  // read first: the gradient may lie over it
    if (IsLargest(row, classes, label)) ++loss.right;
    loss.sum += kernels.f32_softmax_row(row, classes, gradient) - logit;
    ++loss.counted;
    if (gradient != nullptr) {
      gradient[label] -= 1;
      for (int64_t i = 0; i < classes; ++i) gradient[i] *= scale;
    }
  }
  return loss;
}

}  // namespace

void SoftmaxCrossEntropy(const float* logits, const int32_t* labels, int32_t ignore, int64_t rows,
                         int64_t classes, float scale, float* dlogits, double loss[3]) {
  const Parts parts(rows, 1);
  RowLoss losses[Parts::kMost];
  DenseTeamLease lease(DenseTeamSize(rows, std::max<int64_t>(1, kSmallestShare / 4 / classes)));
  lease.Run([&](const Team& team) {
    for (int64_t p = team.Begin(parts.count); p < team.End(parts.count); ++p) {
      losses[p] = SoftmaxRows(logits, labels, ignore, parts.Begin(p), parts.Begin(p + 1), classes,
                              scale, dlogits);
    }
  });
  RowLoss all{};
  for (int64_t p = 0; p < parts.count; ++p) {
    all.sum += losses[p].sum;
    all.counted += losses[p].counted;
    all.right += losses[p].right;
  }
  loss[0] = all.sum;
  loss[1] = static_cast<double>(all.counted);
  loss[2] = static_cast<double>(all.right);
}

void Softmax(const float* x, int64_t rows, int64_t cols, float* y) {
  ShareRows(rows, 4 * cols, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      BestKernels().f32_softmax_row(x + r * cols, cols, y + r * cols);
    }
  });
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
  return SumOf(n, [x](int64_t i) { return Wide(x[i]); });
}

double SumOfSquares(const float* x, int64_t n) {
  return SumOf(n, [x](int64_t i) { return Wide(x[i]) * Wide(x[i]); });
}

void Scale(float* x, float factor, int64_t n) {
  ShareItems(n, kSmallestShare, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) x[i] *= factor;
  });
}

void Clamp(float* x, float low, float high, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = x[i] < low ? low : x[i] > high ? high : x[i];
}

void Axpy(float a, const float* x, float* y, int64_t n) {
  ShareItems(n, kSmallestShare, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] += a * x[i];
  });
}

double SquaredError(const float* p, const float* target, float scale, float* dp, int64_t n) {
  const double sum = SumOf(n, [p, target](int64_t i) {
    const double d = Wide(p[i]) - Wide(target[i]);
    return d * d;
  });
  if (dp != nullptr) {
    for (int64_t i = 0; i < n; ++i) dp[i] = scale * 2 * (p[i] - target[i]);
  }
  return sum;
}

double SigmoidCrossEntropy(const float* z, const float* target, float scale, float* dz, int64_t n) {
  const double sum = SumOf(n, [z, target](int64_t i) {
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
  ShareItems(n, kSmallestShare, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float gradient = g[i] + rule.weight_decay * w[i];
      float update = gradient;
      if (velocity != nullptr) {
        velocity[i] = rule.momentum * velocity[i] + gradient;
        update = rule.nesterov ? gradient + rule.momentum * velocity[i] : velocity[i];
      }
      w[i] -= rule.rate * update;
    }
  });
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
  ShareItems(n, kSmallestShare / 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
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
  });
}

}  // namespace fusedrnn
