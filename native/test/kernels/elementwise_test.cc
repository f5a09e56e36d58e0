// f32_softmax_row, and lengths, alignment and aliasing of the elementwise kernels.
#include <limits>

#include "kernel_test.h"

using namespace fusedrnn;

namespace {

void CheckSoftmax(const KernelTable& table, int64_t n, float scale, float shift, uint64_t seed) {
  Random random(seed);
  Guarded x(1, n), y(1, n);
  x.Fill(random, scale);
  for (int64_t i = 0; i < n; ++i) x.at(0, i) += shift;
  double most = -std::numeric_limits<double>::infinity(), sum = 0.0;
  for (int64_t i = 0; i < n; ++i) most = std::fmax(most, static_cast<double>(x.at(0, i)));
  for (int64_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(x.at(0, i)) - most);
  const double want = std::log(sum) + most;
  const double got = table.f32_softmax_row(x.data(), n, y.data());
  const double only = table.f32_softmax_row(x.data(), n, nullptr);
  // Each exp is within 1 ulp, and x - max within half of one of a difference of up to 2 scale.
  const double eps = 0x1p-24 * (2.0 + 2.0 * static_cast<double>(scale));
  EXPECT(std::fabs(got - want) <= eps, "%s softmax n %lld: log-sum %.17g, expected %.17g",
         IsaName(table), static_cast<long long>(n), got, want);
  EXPECT(got == only, "%s softmax n %lld: %.17g without y, %.17g with", IsaName(table),
         static_cast<long long>(n), only, got);
  Worst worst;
  double total = 0.0;
  for (int64_t i = 0; i < n; ++i) {
    worst.See(static_cast<double>(y.at(0, i)), std::exp(static_cast<double>(x.at(0, i)) - want), 0,
              i);
    total += static_cast<double>(y.at(0, i));
  }
  EXPECT_WORST(worst, 2.0 * eps, "%s softmax n %lld scale %g", IsaName(table),
               static_cast<long long>(n), static_cast<double>(scale));
  EXPECT(std::fabs(total - 1.0) <= 2.0 * eps, "%s softmax n %lld: sums to %.17g", IsaName(table),
         static_cast<long long>(n), total);
  EXPECT(y.Intact(), "%s softmax n %lld: wrote outside", IsaName(table), static_cast<long long>(n));
  const double in_place = table.f32_softmax_row(x.data(), n, x.data());
  EXPECT(in_place == got && SameBits(x, y), "%s softmax n %lld in place", IsaName(table),
         static_cast<long long>(n));
}

void CheckSoftmaxLimits(const KernelTable& table) {
  const float inf = std::numeric_limits<float>::infinity();
  float x[5] = {-inf, 3.0f, -inf, 3.0f, -1e30f};
  float y[5];
  const double value = table.f32_softmax_row(x, 5, y);
  EXPECT(y[0] == 0.0f && y[1] == 0.5f && y[2] == 0.0f && y[3] == 0.5f && y[4] == 0.0f,
         "%s softmax of -inf", IsaName(table));
  EXPECT(std::fabs(value - (3.0 + std::log(2.0))) < 1e-12, "%s log-sum %.17g", IsaName(table),
         value);
  for (int i = 0; i < 5; ++i) {
    float with_nan[5] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f};
    with_nan[i] = std::numeric_limits<float>::quiet_NaN();
    const double nan = table.f32_softmax_row(with_nan, 5, y);
    EXPECT(std::isnan(nan) && std::isnan(y[0]) && std::isnan(y[4]), "%s softmax hides a NaN at %d",
           IsaName(table), i);
  }
}

// Every element gets the value that it gets alone, at every length and in place.
void CheckLengths(const KernelTable& table, int64_t n) {
  Random random(static_cast<uint64_t>(n));
  for (int32_t activation = -1; activation <= FR_ACT_IDENTITY; ++activation) {  // -1: exp
    const auto run = [&](const float* x, float* y, int64_t count) {
      if (activation < 0) {
        table.f32_exp(x, y, count);
      } else {
        table.f32_activate(activation, x, y, count);
      }
    };
    Guarded x(1, n), y(1, n), single(1, n);
    x.Fill(random, 5.0f);
    run(x.data(), y.data(), n);
    for (int64_t i = 0; i < n; ++i) run(x.data() + i, single.data() + i, 1);
    EXPECT(SameBits(y, single), "%s activation %d n %lld: depends on the position", IsaName(table),
           activation, static_cast<long long>(n));
    run(x.data(), x.data(), n);
    EXPECT(SameBits(x, y), "%s activation %d n %lld: in place", IsaName(table), activation,
           static_cast<long long>(n));
    EXPECT(x.Intact() && y.Intact(), "%s activation %d n %lld: wrote outside", IsaName(table),
           activation, static_cast<long long>(n));
  }
}

}  // namespace

int main() {
  for (const KernelTable* table : RunnableTables()) {
    for (int64_t n = 1; n <= 70; ++n) {
      CheckLengths(*table, n);
      CheckSoftmax(*table, n, 4.0f, n % 2 == 0 ? 0.0f : -500.0f, static_cast<uint64_t>(n));
    }
    CheckSoftmax(*table, 10000, 1.0f, 0.0f, 5);
    CheckSoftmax(*table, 10001, 20.0f, 100.0f, 6);
    CheckSoftmaxLimits(*table);
  }
  return check::Summary("elementwise_test");
}
