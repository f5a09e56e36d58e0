// Holds the gates of an LSTM and of a GRU, which share divisions, to bounds of their error against
// float64 arithmetic, over all magnitudes, with every gate beside every kind of neighbour.
//
// A bound is a number of u = 2^-24, the relative error of one rounding, and each of its parts is
// what cells-inl.h and math-inl.h round on the way. What a quotient's parts bring:
//   sigmoid 3 u: e = exp(-|x|) is off by 1 ulp <= 2 u (math_test), of which the quotient sees
//     2 u / (1 + e) for x < 0 and 2 u e / (1 + e) otherwise; the sum 1 + e rounds once.
//   tanh 4.4 u: t = exp(-2|x|) - 1 is off by 2.9 u at most, near t = -.293 (there t = q/2 - 1/2
//     and q = e^r - 1, off by 1.1 u in all, is largest), of which the quotient sees 2 / (2 + t)
//     times as much; the sum 2 + t rounds once. Elsewhere it is less.
// To these the products and divisions add a rounding each; the rounding of a bottom itself cancels.
// Where subnormal numbers round, each such rounding may cost half a step of 2^-149 besides: in i,
// f, g, o, r, z and n two (of e, and of the last operation).
#include <cmath>
#include <limits>

#include "kernel_test.h"

using namespace fusedrnn;

namespace {

constexpr double kU = 0x1p-24;
constexpr double kStep = 0x1p-149;
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

constexpr double kSigmoid = 3 + 1;  // and a division: o of an LSTM, r of a GRU
// i: f's bottom in the common product, the division, times f's bottom, times g's, times i's top;
// and the product of i's and g's bottoms.
constexpr double kInput = 3 + 6;
constexpr double kForget = 3 + 4;       // as i, but without the last bottom, and it cancels `both`
constexpr double kCandidate = 4.4 + 6;  // g, as i
constexpr double kInputTerm = 3 + 4.4 + 6;  // i g: as i, with the product of the tops
constexpr double kOutput = 3 + 4.4 + 3;     // o tanh(c): tops, bottoms, division
constexpr double kUpdate = 3 + 4;           // z: bottoms, division, bottom, top
constexpr double kNew = 4.4 + 4;            // n, as z

double ExactSigmoid(double x) { return x < 0 ? std::exp(x) / (1.0 + std::exp(x)) : Logistic(x); }

// Error and bound of one kind of result; the worst is kept as a part of its bound.
class Held {
 public:
  Held(const KernelTable& table, const char* what) : table_(table), what_(what) {}
  // NaN is expected where exact is.
  void See(float value, double exact, double bound, int64_t at, double steps = 1.0) {
    if (std::isnan(exact) || std::isnan(value)) {
      EXPECT(std::isnan(exact) == std::isnan(value), "%s %s: %g, expected %g, at %lld",
             IsaName(table_), what_, static_cast<double>(value), exact, static_cast<long long>(at));
      return;
    }
    const double error = std::fabs(static_cast<double>(value) - exact);
    const double part = error == 0.0 ? 0.0 : error / (bound * (1 + 32 * kU) + steps * kStep);
    if (!(part <= worst_)) {
      worst_ = part;
      value_ = value;
      exact_ = exact;
      at_ = at;
    }
    ++seen_;
  }
  // For bound = parts * u * |exact|.
  void SeeRelative(float value, double exact, double parts, int64_t at, double steps = 1.0) {
    See(value, exact, parts * kU * std::fabs(exact), at, steps);
  }
  void InRange(float value, float least, float most, int64_t at) {
    if (!(value >= least && value <= most) && !std::isnan(value)) {
      EXPECT(outside_ > 0, "%s %s: %.9g is out of range, at %lld", IsaName(table_), what_,
             static_cast<double>(value), static_cast<long long>(at));
      ++outside_;
    }
  }
  ~Held() {
    std::printf("%-7s %-14s worst error %.2f of its bound (%lld values)\n", IsaName(table_), what_,
                worst_, static_cast<long long>(seen_));
    EXPECT(seen_ > 0 && worst_ <= 1.0, "%s %s: %.9g, expected %.9g, %.2f of the bound, at %lld",
           IsaName(table_), what_, static_cast<double>(value_), exact_, worst_,
           static_cast<long long>(at_));
  }

 private:
  const KernelTable& table_;
  const char* what_;
  double worst_ = 0.0, exact_ = 0.0;
  float value_ = 0.0f;
  int64_t at_ = -1, seen_ = 0, outside_ = 0;
};

// Every pair of these meets in every pair of gates.
const float kSpecial[] = {kInf, -kInf, 100.0f, -100.0f, 1e30f, -1e30f, 17.0f, -17.0f,
                          0.0f, -0.0f, 1e-40f, -1e-40f, 1.0f,  -1.0f,  kNan};

// Of all magnitudes from subnormals to beyond saturation, most where the functions bend.
float Argument(Random& random) {
  const float pick = random.Next(), x = random.Next();
  if (pick < -0.5f) return x;
  if (pick < 0.0f) return 8.0f * x;
  if (pick < 0.4f) return 20.0f * x;
  if (pick < 0.5f) return 110.0f * x;
  if (pick < 0.8f) return std::copysign(std::exp2(75.0f * random.Next() - 74.0f), x);
  return kSpecial[static_cast<size_t>((x + 1.0f) * 7.0f)];  // never the last, NaN
}

// [gates * n]: all special values beside each other, then random ones.
std::vector<float> Arguments(int64_t gates, int64_t n, uint64_t seed) {
  std::vector<float> x(static_cast<size_t>(gates * n));
  Random random(seed);
  constexpr int64_t kCount = sizeof kSpecial / sizeof kSpecial[0];
  for (int64_t unit = 0; unit < n; ++unit) {
    int64_t index = unit;
    for (int64_t g = 0; g < gates; ++g, index /= kCount) {
      x[static_cast<size_t>(g * n + unit)] = kSpecial[index % kCount];
    }
    if (index == 0) continue;  // a combination that was not there yet
    for (int64_t g = 0; g < gates; ++g) x[static_cast<size_t>(g * n + unit)] = Argument(random);
  }
  return x;
}

PointwiseArgs Args(std::vector<float>& gates, int64_t n, bool save) {
  PointwiseArgs args{};
  args.rows = 1;
  args.hidden = n;
  args.save = save;
  args.gates = {gates.data(), static_cast<int64_t>(gates.size()), 0, n};
  return args;
}

void Lstm(const KernelTable& table, int64_t n) {
  const std::vector<float> pre = Arguments(4, n, 7);
  const size_t count = static_cast<size_t>(n);
  std::vector<float> c_prev(count), c(count), h(count), c_alone(count), h_alone(count);
  Random random(11);
  for (float& value : c_prev) value = random.Next() < -0.9f ? 0.0f : 3.0f * random.Next();
  std::vector<float> gates = pre, unsaved = pre;
  const auto run = [&](std::vector<float>& g, bool save, float* c_out, float* h_out) {
    PointwiseArgs args = Args(g, n, save);
    args.gates.block_stride = table.width;
    args.c_prev = c_prev.data();
    args.c_out = c_out;
    args.h_out = h_out;
    table.f32_lstm_pointwise(args);
  };
  run(gates, true, c.data(), h.data());
  run(unsaved, false, c_alone.data(), h_alone.data());
  EXPECT(SameBits(c.data(), c_alone.data(), n) && SameBits(h.data(), h_alone.data(), n),
         "%s lstm: saving changes results", IsaName(table));

  Held input(table, "lstm i"), forget(table, "lstm f"), candidate(table, "lstm g"),
      output(table, "lstm o"), cell(table, "lstm c"), hidden(table, "lstm h");
  for (size_t u = 0; u < count; ++u) {
    const int64_t at = static_cast<int64_t>(u);
    const auto argument = [&](size_t g) { return static_cast<double>(pre[g * count + u]); };
    const auto gate = [&](size_t g) { return gates[g * count + u]; };
    const double i = ExactSigmoid(argument(0)), f = ExactSigmoid(argument(1)),
                 g = std::tanh(argument(2)), o = ExactSigmoid(argument(3));
    const double old = static_cast<double>(c_prev[u]);
    const double exact_c = f * old + i * g;
    // f c_prev rounds too where there is no fused operation (plain). Steps: those of f, |c_prev|
    // times; e, the tops' product and i g; c.
    cell.See(c[u], exact_c,
             kU * ((kForget + 1) * std::fabs(f * old) + kInputTerm * std::fabs(i * g) +
                   std::fabs(exact_c)),
             at, std::fabs(old) + 1.5 + 0.5);
    // Steps: e, the tops' product, h.
    hidden.SeeRelative(h[u], o * std::tanh(static_cast<double>(c[u])), kOutput, at, 1.5);
    output.SeeRelative(gate(3), o, kSigmoid, at);
    // i, f and g share a division, so that NaN in one is NaN in all, as it is in c.
    if (!std::isnan(exact_c)) {
      input.SeeRelative(gate(0), i, kInput, at);
      forget.SeeRelative(gate(1), f, kForget, at);
      candidate.SeeRelative(gate(2), g, kCandidate, at);
    } else {
      input.See(gate(0), std::isnan(i) ? i : static_cast<double>(gate(0)), 0.0, at);
      forget.See(gate(1), std::isnan(f) ? f : static_cast<double>(gate(1)), 0.0, at);
      candidate.See(gate(2), std::isnan(g) ? g : static_cast<double>(gate(2)), 0.0, at);
    }
    // Or a slope, 1 - s or 1 - t t, would turn negative.
    input.InRange(gate(0), 0.0f, 1.0f, at);
    forget.InRange(gate(1), 0.0f, 1.0f, at);
    candidate.InRange(gate(2), -1.0f, 1.0f, at);
    output.InRange(gate(3), 0.0f, 1.0f, at);
    hidden.InRange(h[u], -1.0f, 1.0f, at);
  }
}

void Gru(const KernelTable& table, int64_t n) {
  const std::vector<float> pre = Arguments(3, n, 5);
  const size_t count = static_cast<size_t>(n);
  std::vector<float> h_prev(count), h(count), h_alone(count), hidden_n(count), bias(count);
  std::vector<float> recurrent(3 * count);  // of zeros, and so pre stays as it is
  Random random(13);
  for (float& value : h_prev) value = random.Next();
  // Half of the units have something for the reset gate to reset.
  for (size_t u = 0; u < count; u += 2) bias[u] = 4.0f * random.Next();
  std::vector<float> gates = pre, unsaved = pre;
  const auto run = [&](std::vector<float>& g, bool save, float* h_out) {
    PointwiseArgs args = Args(g, n, save);
    args.gates.block_stride = table.width;
    args.recurrent = {recurrent.data(), 3 * n, table.width, n};
    args.h_prev = h_prev.data();
    args.h_out = h_out;
    args.hidden_bias = bias.data();
    args.hidden_n = save ? hidden_n.data() : nullptr;
    table.f32_gru_pointwise(args);
  };
  run(gates, true, h.data());
  run(unsaved, false, h_alone.data());
  EXPECT(SameBits(h.data(), h_alone.data(), n), "%s gru: saving changes results", IsaName(table));

  Held reset(table, "gru r"), update(table, "gru z"), candidate(table, "gru n"),
      hidden(table, "gru h");
  for (size_t u = 0; u < count; ++u) {
    const int64_t at = static_cast<int64_t>(u);
    const float r = gates[u], z = gates[count + u], squashed = gates[2 * count + u];
    reset.SeeRelative(r, ExactSigmoid(static_cast<double>(pre[u])), kSigmoid, at);
    // Of what the kernel takes the tanh.
    const float input_n = pre[2 * count + u];
    const double argument = static_cast<double>(
        table.isa == FR_ISA_PLAIN ? r * bias[u] + input_n : std::fma(r, bias[u], input_n));
    const double exact_z = ExactSigmoid(static_cast<double>(pre[count + u]));
    const double exact_n = std::tanh(argument);
    const double old = static_cast<double>(h_prev[u]);
    const double exact_h = exact_n + exact_z * (old - exact_n);
    // z and n share a division, so that NaN in one is NaN in both, as it is in h.
    if (!std::isnan(exact_h)) {
      update.SeeRelative(z, exact_z, kUpdate, at);
      candidate.SeeRelative(squashed, exact_n, kNew, at);
    } else {
      update.See(z, std::isnan(exact_z) ? exact_z : static_cast<double>(z), 0.0, at);
      candidate.See(squashed, std::isnan(exact_n) ? exact_n : static_cast<double>(squashed), 0.0,
                    at);
    }
    // n's error counts 1 - z times, z's |h - n| times; the difference, its product (plain) and
    // the result round.
    hidden.See(h[u], exact_h,
               kU * (kNew * (1 - exact_z) * std::fabs(exact_n) +
                     (kUpdate + 2) * exact_z * std::fabs(old - exact_n) + std::fabs(exact_h)),
               at, 1 + std::fabs(old - exact_n) + 0.5);
    reset.InRange(r, 0.0f, 1.0f, at);
    update.InRange(z, 0.0f, 1.0f, at);
    candidate.InRange(squashed, -1.0f, 1.0f, at);
  }
}

}  // namespace

int main() {
  const int64_t n = 15 * 15 * 15 * 15 + 400003;  // the last vector is partial
  for (const KernelTable* table : RunnableTables()) {
    Lstm(*table, n);
    Gru(*table, n);
  }
  return check::Summary("gates_test");
}
