// The dense operations against their formulas in float64, and the dropout mask against its
// definition.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "check.h"
#include "layer_case.h"

namespace fusedrnn {
namespace test {
namespace {

using Floats = std::vector<float>;

fr_address Address(const Floats& values) { return reinterpret_cast<fr_address>(values.data()); }

Floats Uniform(int64_t count, uint64_t seed) {
  Random random(seed);
  Floats values(static_cast<size_t>(count));
  for (float& value : values) value = static_cast<float>(random.Uniform());
  return values;
}

double Wide(float value) { return static_cast<double>(value); }

// A few roundings of values of size about `scale`.
bool Near(double a, double b, double scale = 1) { return std::fabs(a - b) <= 8 * 0x1p-24 * scale; }

void Gemm() {
  const int64_t sizes[][3] = {{1, 1, 1},       {3, 5, 7},       {70, 65, 130},
                              {600, 20, 2100}, {200, 530, 300}, {4, 4, 0}};
  for (const auto& s : sizes) {
    for (int trans = 0; trans < 4; ++trans) {
      const bool ta = (trans & 1) != 0, tb = (trans & 2) != 0;
      const int64_t m = s[0], n = s[1], k = s[2], lda = (ta ? m : k) + 2, ldb = (tb ? k : n) + 1,
                    ldc = n + 3;
      const Floats a = Uniform((ta ? k : m) * lda + 1, 1), b = Uniform((tb ? n : k) * ldb + 1, 2);
      const Floats before = Uniform(m * ldc, 3);
      Floats c = before;
      const int32_t status = fr_gemm(ta ? 1 : 0, tb ? 1 : 0, m, n, k, 0.5f, Address(a), lda,
                                     Address(b), ldb, 2, Address(c), ldc);
      EXPECT(status == FR_OK, "%s", fr_last_error());
      for (int64_t i = 0; i < m; i += std::max<int64_t>(1, m / 7)) {
        for (int64_t j = 0; j < ldc; ++j) {
          double sum = 0;
          for (int64_t p = 0; p < k; ++p) {
            sum += Wide(a[static_cast<size_t>(ta ? p * lda + i : i * lda + p)]) *
                   Wide(b[static_cast<size_t>(tb ? (j < n ? j : 0) * ldb + p
                                                 : p * ldb + (j < n ? j : 0))]);
          }
          const double old = Wide(before[static_cast<size_t>(i * ldc + j)]);
          const double want = j < n ? 0.5 * sum + 2 * old : old;
          const double got = Wide(c[static_cast<size_t>(i * ldc + j)]);
          EXPECT(Near(got, want, 1 + std::sqrt(static_cast<double>(k))),
                 "gemm %lld %lld %lld trans %d: %g, not %g", static_cast<long long>(m),
                 static_cast<long long>(n), static_cast<long long>(k), trans, got, want);
        }
      }
    }
  }
  Floats c(4, std::nanf(""));
  const Floats a(4, 1.0f);
  fr_gemm(0, 0, 2, 2, 2, 1, Address(a), 2, Address(a), 2, 0, Address(c), 2);
  EXPECT(c == Floats(4, 2.0f), "beta = 0 must not read c");
  EXPECT(fr_gemm(0, 0, 2, 2, 2, 1, Address(a), 1, Address(a), 2, 0, Address(c), 2) ==
             FR_INVALID_ARGUMENT,
         "lda");
  EXPECT(fr_gemm(0, 0, -2, 2, 2, 1, Address(a), 1, Address(a), 2, 0, Address(c), 2) ==
             FR_INVALID_ARGUMENT,
         "m");
}

void RowsAndBiases() {
  const int64_t rows = 5, cols = 131;
  const Floats bias = Uniform(cols, 1), x = Uniform(rows * cols, 2);
  Floats y = x;
  fr_add_bias(Address(y), Address(bias), rows, cols);
  Floats sums(static_cast<size_t>(cols), 0.5f);
  fr_bias_gradient(Address(x), Address(sums), rows, cols);
  for (int64_t c = 0; c < cols; ++c) {
    double sum = 0.5;
    for (int64_t r = 0; r < rows; ++r) {
      const size_t i = static_cast<size_t>(r * cols + c);
      EXPECT(y[i] == x[i] + bias[static_cast<size_t>(c)], "add_bias %zu", i);
      sum += Wide(x[i]);
    }
    EXPECT(Near(Wide(sums[static_cast<size_t>(c)]), sum, 4), "bias_gradient %lld",
           static_cast<long long>(c));
  }
  const int32_t ids[] = {3, 0, 3};
  Floats gathered(static_cast<size_t>(3 * cols)), table(x.size(), 0.0f);
  fr_gather(Address(x), ids, 3, cols, Address(gathered));
  fr_scatter_add(Address(gathered), ids, 3, cols, Address(table));
  for (size_t c = 0; c < static_cast<size_t>(cols); ++c) {
    const size_t wide = static_cast<size_t>(cols);
    EXPECT(gathered[c] == x[3 * wide + c] && gathered[wide + c] == x[c], "gather %zu", c);
    EXPECT(table[3 * wide + c] == x[3 * wide + c] + x[3 * wide + c] && table[wide + c] == 0,
           "scatter_add %zu", c);
  }
  Floats scattered(x.size(), -1.0f);
  const int32_t places[] = {4, 0, 2};
  fr_scatter(Address(gathered), places, 3, cols, Address(scattered));
  for (size_t c = 0; c < static_cast<size_t>(cols); ++c) {
    const size_t wide = static_cast<size_t>(cols);
    EXPECT(scattered[4 * wide + c] == gathered[c] && scattered[c] == gathered[wide + c] &&
               scattered[2 * wide + c] == gathered[2 * wide + c] && scattered[wide + c] == -1,
           "scatter %zu", c);
  }
  const int32_t negative[] = {0, -1};
  EXPECT(fr_gather(Address(x), negative, 2, cols, Address(gathered)) == FR_INVALID_ARGUMENT,
         "negative id");
  EXPECT(std::strstr(fr_last_error(), "ids[1]: -1") != nullptr, "%s", fr_last_error());
  EXPECT(fr_scatter(Address(gathered), negative, 2, cols, Address(table)) == FR_INVALID_ARGUMENT,
         "negative id of a scatter");
}

void SoftmaxCrossEntropy() {
  for (const int64_t classes : {1, 7, 33}) {
    const int64_t rows = 4;
    Floats logits = Uniform(rows * classes, 5);
    for (float& value : logits) value *= 20;
    const int32_t labels[] = {0, -100, static_cast<int32_t>(classes - 1),
                              static_cast<int32_t>(classes / 2)};
    Floats gradient = logits;
    double loss[3];
    const int32_t status = fr_softmax_cross_entropy(Address(gradient), labels, -100, rows, classes,
                                                    0.25f, Address(gradient), loss);
    EXPECT(status == FR_OK, "%s", fr_last_error());
    double sum = 0, right = 0;
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = logits.data() + r * classes;
      const double largest = Wide(*std::max_element(row, row + classes));
      double total = 0;
      for (int64_t c = 0; c < classes; ++c) total += std::exp(Wide(row[c]) - largest);
      if (labels[r] >= 0) {
        sum += largest + std::log(total) - Wide(row[labels[r]]);
        if (Wide(row[labels[r]]) == largest) ++right;
      }
      for (int64_t c = 0; c < classes; ++c) {
        const double p = std::exp(Wide(row[c]) - largest) / total;
        const double want = labels[r] < 0 ? 0 : 0.25 * (p - (labels[r] == c ? 1 : 0));
        const double got = Wide(gradient[static_cast<size_t>(r * classes + c)]);
        EXPECT(Near(got, want), "gradient %lld, %lld: %g, not %g", static_cast<long long>(r),
               static_cast<long long>(c), got, want);
      }
    }
    EXPECT(Near(loss[0], sum, 1 + std::fabs(sum)) && loss[1] == 3 && loss[2] == right,
           "loss %g, not %g", loss[0], sum);
    double again[3];
    fr_softmax_cross_entropy(Address(logits), labels, -100, rows, classes, 0.25f, 0, again);
    EXPECT(again[0] == loss[0], "loss without a gradient: %g, not %g", again[0], loss[0]);
    Floats y = logits;
    fr_softmax(Address(y), rows, classes, Address(y));
    for (int64_t r = 0; r < rows; ++r) {
      EXPECT(Near(fr_sum(Address(y) + 4 * r * classes, classes), 1, 4), "softmax row %lld",
             static_cast<long long>(r));
    }
    const int32_t wrong[] = {0, 0, static_cast<int32_t>(classes), 0};
    EXPECT(fr_softmax_cross_entropy(Address(logits), wrong, -100, rows, classes, 1, 0, again) ==
               FR_INVALID_ARGUMENT,
           "a label past the classes");
    EXPECT(std::strstr(fr_last_error(), "labels[2]") != nullptr, "%s", fr_last_error());
  }
}

// Slopes against central differences of the library's own values; points at a kink are left out.
void Activations() {
  const int64_t n = 101;
  for (int32_t kind = FR_ACT_SIGMOID; kind <= FR_ACT_AFFINE; ++kind) {
    const float alpha = 0.6f, beta = 0.3f;
    Floats x = Uniform(n, 77), y = x, dx = x, up = x, down = x;
    constexpr float kStep = 0x1p-7f;
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] *= 4;
      up[i] = x[i] + kStep;
      down[i] = x[i] - kStep;
    }
    const Floats dy(x.size(), 1.0f);
    fr_activate(kind, alpha, beta, Address(x), Address(y), n);
    fr_activate_backward(kind, alpha, beta, Address(x), Address(y), Address(dy), Address(dx), n);
    fr_activate(kind, alpha, beta, Address(up), Address(up), n);
    fr_activate(kind, alpha, beta, Address(down), Address(down), n);
    int64_t checked = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const float kinks[] = {0.0f, alpha, -beta / alpha, (1 - beta) / alpha};
      if (std::any_of(kinks, kinks + 4, [&](float k) { return std::fabs(x[i] - k) < 2 * kStep; }))
        continue;
      ++checked;
      const double slope = (Wide(up[i]) - Wide(down[i])) / (2 * Wide(kStep));
      // Truncation: step^2 / 6 times a third derivative of at most about 2; rounding: 2^-24 / step
      // of values up to 4.
      EXPECT(std::fabs(Wide(dx[i]) - slope) < 1e-4, "activation %d at %g: %g, not %g", kind,
             Wide(x[i]), Wide(dx[i]), slope);
    }
    EXPECT(checked > 80, "activation %d: only %lld points", kind, static_cast<long long>(checked));
  }
  Floats one(1, 1.0f);
  EXPECT(fr_activate(12, 0, 0, Address(one), Address(one), 1) == FR_INVALID_ARGUMENT,
         "activation 12");
}

void SumsAndLosses() {
  const int64_t n = 1003;
  const Floats p = Uniform(n, 8), target = Uniform(n, 9);
  Floats dp(p.size()), dz(p.size());
  double sum = 0, squares = 0, error = 0, entropy = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double d = Wide(p[i]) - Wide(target[i]), z = Wide(p[i]);
    sum += Wide(p[i]);
    squares += Wide(p[i]) * Wide(p[i]);
    error += d * d;
    entropy += std::log(1 + std::exp(z)) - z * Wide(target[i]);
  }
  EXPECT(std::fabs(fr_sum(Address(p), n) - sum) < 1e-11, "sum");
  EXPECT(std::fabs(fr_sum_of_squares(Address(p), n) - squares) < 1e-11, "sum_of_squares");
  EXPECT(
      std::fabs(fr_squared_error(Address(p), Address(target), 3, Address(dp), n) - error) < 1e-11,
      "squared_error");
  EXPECT(std::fabs(fr_sigmoid_cross_entropy(Address(p), Address(target), 3, Address(dz), n) -
                   entropy) < 1e-10,
         "sigmoid_cross_entropy");
  for (size_t i = 0; i < p.size(); ++i) {
    EXPECT(Near(Wide(dp[i]), 6 * (Wide(p[i]) - Wide(target[i])), 12), "dp %zu", i);
    EXPECT(Near(Wide(dz[i]), 3 * (1 / (1 + std::exp(-Wide(p[i]))) - Wide(target[i])), 6), "dz %zu",
           i);
  }
  Floats extreme = {-200, 200};
  EXPECT(std::fabs(fr_sigmoid_cross_entropy(Address(extreme), Address(Floats{1, 0}), 1, 0, 2) -
                   400) < 1e-9,
         "extreme");
  EXPECT(std::isnan(fr_sum(0, 3)) && fr_last_status() == FR_INVALID_ARGUMENT, "sum of nothing");
}

void Updates() {
  const int64_t n = 9;
  const Floats g = Uniform(n, 10), start = Uniform(n, 11);
  Floats w = start, v = Uniform(n, 12);
  const Floats v_before = v;
  fr_sgd(Address(w), Address(g), Address(v), 0.1f, 0.9f, 0.01f, 1, n);
  for (size_t i = 0; i < w.size(); ++i) {
    const double gradient = Wide(g[i]) + 0.01 * Wide(start[i]),
                 velocity = 0.9 * Wide(v_before[i]) + gradient;
    EXPECT(Near(Wide(v[i]), velocity, 2), "sgd velocity %zu", i);
    EXPECT(Near(Wide(w[i]), Wide(start[i]) - 0.1 * (gradient + 0.9 * velocity), 2), "sgd %zu", i);
  }
  w = start;
  fr_sgd(Address(w), Address(g), 0, 0.1f, 0, 0, 0, n);
  for (size_t i = 0; i < w.size(); ++i)
    EXPECT(Near(Wide(w[i]), Wide(start[i]) - 0.1 * Wide(g[i])), "plain sgd %zu", i);
  EXPECT(fr_sgd(Address(w), Address(g), 0, 0.1f, 0.9f, 0, 0, n) == FR_INVALID_ARGUMENT,
         "momentum without velocity");
  for (int32_t decoupled = 0; decoupled < 2; ++decoupled) {
    w = start;
    Floats m(w.size(), 0.0f), s(w.size(), 0.0f);
    std::vector<double> dw(start.begin(), start.end()), dm(w.size()), ds(w.size());
    for (int64_t step = 1; step <= 3; ++step) {
      fr_adam(Address(w), Address(g), Address(m), Address(s), 0.01f, 0.9f, 0.999f, 1e-8f, 0.1f,
              decoupled, step, n);
      for (size_t i = 0; i < w.size(); ++i) {
        const double gradient = Wide(g[i]) + (decoupled != 0 ? 0 : 0.1 * dw[i]);
        dm[i] = 0.9 * dm[i] + 0.1 * gradient;
        ds[i] = 0.999 * ds[i] + 0.001 * gradient * gradient;
        const double t = static_cast<double>(step);
        const double update =
            dm[i] / (1 - std::pow(0.9, t)) / (std::sqrt(ds[i] / (1 - std::pow(0.999, t))) + 1e-8);
        dw[i] -= 0.01 * (update + (decoupled != 0 ? 0.1 * dw[i] : 0));
        // 0.999f is not 0.999: that is 1e-5 of the second moment's share, times the rate.
        EXPECT(std::fabs(Wide(w[i]) - dw[i]) < 2e-6, "adam %d step %lld, %zu", decoupled,
               static_cast<long long>(step), i);
      }
    }
  }
  Floats x = {-2, 0.5f, 3};
  fr_scale(Address(x), 2, 3);
  fr_clamp(Address(x), -1, 2, 3);
  fr_axpy(0.5f, Address(x), Address(x), 3);
  EXPECT(x == (Floats{-1.5f, 1.5f, 3}), "scale, clamp, axpy");
  EXPECT(fr_clamp(Address(x), 2, 1, 3) == FR_INVALID_ARGUMENT, "clamp bounds");
}

// Everything that threads share, at sizes that they are granted for; one flat row of results.
Floats Shared() {
  Floats all;
  const auto keep = [&all](const Floats& values) {
    all.insert(all.end(), values.begin(), values.end());
  };
  // By columns, by rows with few and with many panels, few rows; each way of transposing.
  const int64_t sizes[][3] = {{30, 3500, 600}, {3000, 70, 130}, {300, 300, 300}, {5, 700, 9000}};
  for (const auto& s : sizes) {
    for (int trans = 0; trans < 4; ++trans) {
      const bool ta = (trans & 1) != 0, tb = (trans & 2) != 0;
      const Floats a = Uniform(s[0] * s[2], 1), b = Uniform(s[1] * s[2], 2);
      Floats c = Uniform(s[0] * s[1], 3);
      EXPECT(fr_gemm(ta, tb, s[0], s[1], s[2], 0.5f, Address(a), ta ? s[0] : s[2], Address(b),
                     tb ? s[2] : s[1], 2, Address(c), s[1]) == FR_OK,
             "%s", fr_last_error());
      keep(c);
    }
  }
  const int64_t rows = 70, classes = 5001, n = rows * classes;
  Floats logits = Uniform(n, 4), w = Uniform(n, 5), m(w.size(), 0.0f), v = m;
  std::vector<int32_t> labels(static_cast<size_t>(rows));
  for (size_t r = 0; r < labels.size(); ++r) labels[r] = static_cast<int32_t>(r * 61);
  labels[7] = -1;
  double loss[3];
  fr_softmax_cross_entropy(Address(logits), labels.data(), -1, rows, classes, 0.5f, Address(logits),
                           loss);
  Floats bias(static_cast<size_t>(classes), 1.0f);
  fr_bias_gradient(Address(logits), Address(bias), rows, classes);
  fr_add_bias(Address(w), Address(bias), rows, classes);
  fr_adam(Address(w), Address(logits), Address(m), Address(v), 0.1f, 0.9f, 0.999f, 1e-8f, 0, 0, 1,
          n);
  fr_sgd(Address(w), Address(logits), Address(m), 0.1f, 0.9f, 0.01f, 1, n);
  fr_axpy(0.5f, Address(logits), Address(w), n);
  fr_scale(Address(w), 0.9f, n);
  const double sums[] = {loss[0], loss[1], loss[2], fr_sum(Address(w), n),
                         fr_sum_of_squares(Address(w), n)};
  Floats bits(2 * std::size(sums));
  std::memcpy(bits.data(), sums, sizeof sums);
  fr_softmax(Address(logits), rows, classes, Address(logits));
  for (const Floats* values : {&logits, &w, &m, &v, &bias, &bits}) keep(*values);
  return all;
}

void Threads() {
  const Floats alone = Shared();
  for (const int32_t threads : {2, 3, 1}) {
    EXPECT(fr_dense_threads(threads) == FR_OK, "%s", fr_last_error());
    const Floats shared = Shared();
    // As bits: a count as part of a double may look like a NaN.
    EXPECT(shared.size() == alone.size() &&
               std::memcmp(shared.data(), alone.data(), alone.size() * sizeof(float)) == 0,
           "%d threads change bits", threads);
  }
  for (const int32_t threads : {0, 1025}) {
    EXPECT(fr_dense_threads(threads) == FR_INVALID_ARGUMENT, "%d threads", threads);
  }
}

// Word by word from the definition: counter (unit / 4, n, t, layer), key by SplitMix64's finaliser.
uint32_t MaskWord(int64_t seed, int64_t call, uint32_t layer, uint32_t t, uint32_t n,
                  uint32_t unit) {
  uint64_t z = static_cast<uint64_t>(seed) + 0x9E3779B97F4A7C15u * static_cast<uint64_t>(call + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  uint32_t key[2] = {static_cast<uint32_t>(z), static_cast<uint32_t>(z >> 32)};
  uint32_t c[4] = {unit / 4, n, t, layer};
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * c[0], b = uint64_t{0xCD9E8D57} * c[2];
    const uint32_t next[4] = {
        static_cast<uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<uint32_t>(b),
        static_cast<uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<uint32_t>(a)};
    std::memcpy(c, next, sizeof c);
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return c[unit % 4];
}

void Dropout() {
  const int64_t t = 3, n = 5, units = 7;
  const float p = 0.3f;
  const Floats x = Uniform(t * n * units, 13);
  Floats y = x;
  EXPECT(fr_dropout(Address(x), Address(y), t, n, units, p, -12345, 42, 2) == FR_OK, "%s",
         fr_last_error());
  const float scale = static_cast<float>(1 / (1 - Wide(p)));
  const uint64_t threshold = static_cast<uint64_t>(Wide(p) * 4294967296.0);
  for (uint32_t i = 0; i < x.size(); ++i) {
    const uint32_t unit = i % 7, row = i / 7 % 5, time = i / 35;
    const bool kept = MaskWord(-12345, 42, 2, time, row, unit) >= threshold;
    EXPECT(y[i] == (kept ? x[i] * scale : 0.0f), "dropout element %u", i);
  }
  const int64_t many = 100000;
  Floats ones(static_cast<size_t>(many), 1.0f);
  fr_dropout(Address(ones), Address(ones), 1, 1, many, p, 1, 1, 0);
  // Kept fraction 0.7 with standard deviation sqrt(0.21 / 1e5) = 0.00145: six of them.
  EXPECT(std::fabs(fr_sum(Address(ones), many) / static_cast<double>(many) / Wide(scale) - 0.7) <
             0.0087,
         "kept fraction");
  EXPECT(fr_dropout(Address(ones), Address(ones), 1, 1, 1, 1, 1, 1, 0) == FR_INVALID_ARGUMENT,
         "p = 1");
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn::test;
  if (OpenTestBlas() || fr_isa_best() != FR_ISA_PLAIN) {
    Gemm();
    Threads();
  }
  RowsAndBiases();
  SoftmaxCrossEntropy();
  Activations();
  SumsAndLosses();
  Updates();
  Dropout();
  return fusedrnn::check::Summary("dense_test");
}
