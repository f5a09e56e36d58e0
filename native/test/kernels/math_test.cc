// Sweeps floats through exp, sigmoid and tanh against float64 arithmetic, prints the worst error in
// units in the last place and holds it to the bounds stated in math-inl.h.
#include <cmath>
#include <limits>

#include "kernel_test.h"

using namespace fusedrnn;

namespace {

float FromBits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// The distance of neighbouring floats at x (of the subnormals below the smallest normal).
double UlpAt(double x) {
  const double magnitude = std::fabs(x);
  if (magnitude < 0x1p-126) return 0x1p-149;
  int exponent;
  std::frexp(magnitude, &exponent);
  return std::ldexp(1.0, exponent - 24);
}

struct Function {
  const char* name;
  int32_t activation;  // -1: exp
  double (*exact)(double);
  double bound;
};

double ExactExp(double x) { return std::exp(x); }
double ExactSigmoid(double x) { return x < 0 ? std::exp(x) / (1.0 + std::exp(x)) : Logistic(x); }
double ExactTanh(double x) { return std::tanh(x); }
double ExactRelu(double x) { return x > 0.0 ? x : 0.0; }
double ExactIdentity(double x) { return x; }

void Evaluate(const KernelTable& table, const Function& f, const float* x, float* y, int64_t n) {
  if (f.activation < 0) {
    table.f32_exp(x, y, n);
  } else {
    table.f32_activate(f.activation, x, y, n);
  }
}

// Every stride-th bit pattern of both signs, every pattern of a stretch around each power of two
// from 2^-30 to 2^8, and the surroundings of the limits.
std::vector<float> Arguments(uint32_t stride) {
  std::vector<float> x;
  for (uint32_t sign = 0; sign <= 1; ++sign) {
    for (uint32_t bits = 0; bits < 0x7F800000u; bits += stride)
      x.push_back(FromBits(bits | sign << 31));
    for (uint32_t bits = 0; bits < 2000; ++bits) x.push_back(FromBits(bits | sign << 31));
    for (uint32_t e = 97; e <= 135; ++e) {
      for (uint32_t i = 0; i < 200; ++i) x.push_back(FromBits(((e << 23) - 100 + i) | sign << 31));
    }
    for (float limit :
         {86.5f, 87.3f, 88.0f, 88.7f, 89.0f, 90.0f, 103.0f, 104.0f, 105.0f, 9.0f, 20.0f}) {
      uint32_t bits;
      std::memcpy(&bits, &limit, sizeof bits);
      for (uint32_t i = 0; i < 20000; ++i) x.push_back(FromBits((bits - 10000 + i) | sign << 31));
    }
  }
  return x;
}

void Sweep(const KernelTable& table, const Function& f, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  Evaluate(table, f, x.data(), y.data(), static_cast<int64_t>(x.size()));
  double worst = 0.0;
  float at = 0.0f;
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = f.exact(static_cast<double>(x[i]));
    double error;
    if (exact > static_cast<double>(std::numeric_limits<float>::max())) {
      // Rounds to infinity, or, less than half a step above, to the largest float.
      error = std::isinf(y[i])
                  ? 0.0
                  : (exact - static_cast<double>(y[i])) / UlpAt(static_cast<double>(y[i]));
    } else if (std::isinf(y[i])) {
      error = (0x1p128 - exact) / 0x1p104;
    } else {
      error = std::fabs(static_cast<double>(y[i]) - exact) / UlpAt(exact);
    }
    if (!(error <= worst)) {
      worst = error;
      at = x[i];
    }
  }
  if (f.activation == FR_ACT_SIGMOID || f.activation == FR_ACT_TANH) {
    // 1 - s and 1 - t t, the slopes, must not turn negative.
    int64_t outside = 0;
    for (const float value : y) {
      if (!(value <= 1.0f && value >= (f.activation == FR_ACT_TANH ? -1.0f : 0.0f))) ++outside;
    }
    EXPECT(outside == 0, "%s %s: %lld values out of range", IsaName(table), f.name,
           static_cast<long long>(outside));
  }
  std::printf("%-7s %-8s worst %.3f ulp at %.9g (%zu arguments)\n", IsaName(table), f.name, worst,
              static_cast<double>(at), x.size());
  EXPECT(worst <= f.bound, "%s %s: %.3f ulp at %.9g, bound %.1f", IsaName(table), f.name, worst,
         static_cast<double>(at), f.bound);
}

void Limits(const KernelTable& table) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float x[7] = {inf, -inf, nan, 0.0f, -0.0f, 1e30f, -1e30f};
  float y[7];
  const char* isa = IsaName(table);
  table.f32_exp(x, y, 7);
  EXPECT(y[0] == inf && y[1] == 0.0f && std::isnan(y[2]) && y[3] == 1.0f && y[4] == 1.0f &&
             y[5] == inf && y[6] == 0.0f,
         "%s exp", isa);
  table.f32_activate(FR_ACT_SIGMOID, x, y, 7);
  EXPECT(y[0] == 1.0f && y[1] == 0.0f && std::isnan(y[2]) && y[3] == 0.5f && y[4] == 0.5f &&
             y[5] == 1.0f && y[6] == 0.0f,
         "%s sigmoid", isa);
  table.f32_activate(FR_ACT_TANH, x, y, 7);
  EXPECT(y[0] == 1.0f && y[1] == -1.0f && std::isnan(y[2]) && y[3] == 0.0f && !std::signbit(y[3]) &&
             y[4] == 0.0f && std::signbit(y[4]) && y[5] == 1.0f && y[6] == -1.0f,
         "%s tanh", isa);
  table.f32_activate(FR_ACT_RELU, x, y, 7);
  EXPECT(y[0] == inf && y[1] == 0.0f && std::isnan(y[2]) && y[3] == 0.0f && y[5] == 1e30f &&
             y[6] == 0.0f,
         "%s relu", isa);
}

}  // namespace

int main() {
  const Function functions[] = {{"exp", -1, ExactExp, 1.0},
                                {"sigmoid", FR_ACT_SIGMOID, ExactSigmoid, 2.5},
                                {"tanh", FR_ACT_TANH, ExactTanh, 2.0},
                                {"relu", FR_ACT_RELU, ExactRelu, 0.0},
                                {"identity", FR_ACT_IDENTITY, ExactIdentity, 0.0}};
  const char* stride_text = std::getenv("FUSEDRNN_TEST_STRIDE");
  const uint32_t stride =
      stride_text == nullptr ? 997u : static_cast<uint32_t>(std::strtoul(stride_text, nullptr, 10));
  const std::vector<float> x = Arguments(stride == 0 ? 1 : stride);
  for (const KernelTable* table : RunnableTables()) {
    for (const Function& f : functions) Sweep(*table, f, x);
    Limits(*table);
  }
  return check::Summary("math_test");
}
