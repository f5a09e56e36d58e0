// Every cell and variant, on every instruction set and kind of product, against the float64 oracle
// and its central differences.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "check.h"
#include "layer_case.h"

namespace fusedrnn {
namespace test {
namespace {

// Rounding: every element is a sum of up to terms products, and errors of random sign grow like
// their root; through a sequence each step adds as much again. kSlack covers the spread of the
// worst of thousands of elements and the factor of a few eps in exp and tanh.
constexpr double kEps = 0x1p-24, kSlack = 8;

double Tolerance(const Case& c) {
  const double terms =
      (c.desc.input_size + c.R() + c.Merged()) * static_cast<double>(c.t) * c.desc.layers;
  return kSlack * kEps * std::sqrt(std::max(terms, 16.0));
}

std::vector<double> Widen(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

std::map<std::string, double> worst_of_tensor;

void Compare(const Case& c, const std::string& how, const char* tensor,
             const std::vector<float>& got, const std::vector<double>& want, double extra) {
  double largest = 0, worst = 0;
  size_t at = 0;
  for (const double value : want) largest = std::max(largest, std::fabs(value));
  for (size_t i = 0; i < want.size(); ++i) {
    const double error = std::fabs(static_cast<double>(got[i]) - want[i]);
    if (!(error <= worst)) {
      worst = error;
      at = i;
      if (!(error == error)) break;
    }
  }
  const double limit = (Tolerance(c) + extra) * std::max(largest, 1e-3);
  double& record = worst_of_tensor[tensor];
  record = std::max(record, worst / std::max(largest, 1e-3));
  EXPECT(
      worst <= limit,
      "%s %s %s: T=%d N=%d C=%d H=%d seed %llu, element %zu: %.9g, oracle %.9g, error %.3g > %.3g",
      c.name.c_str(), how.c_str(), tensor, c.t, c.n, c.desc.input_size, c.desc.hidden_size,
      static_cast<unsigned long long>(c.seed), at, want.empty() ? 0 : static_cast<double>(got[at]),
      want.empty() ? 0 : want[at], worst, limit);
}

// Central differences of loss = <y, dy> + <hn, dhn> + <cn, dcn>.
class Differences {
 public:
  Differences(const Case& c, const Tensors& tensors, const std::vector<float>& masks)
      : c_(c), tensors_(tensors), masks_(masks) {
    for (int which = 0; which < 4; ++which) value_[which] = Widen(Given(which));
  }

  // Gradient of tensor `which` (0 weights, 1 x, 2 h0, 3 c0), at every stride-th element; the others
  // are NaN.
  std::vector<double> Of(int which, size_t stride) {
    std::vector<double>& at = value_[which];
    std::vector<double> gradient(at.size(), std::nan(""));
    for (size_t i = 0; i < at.size(); i += stride) {
      if (std::isnan(at[i])) continue;
      constexpr double kStep = 1e-5;
      const double middle = at[i];
      at[i] = middle + kStep;
      const double up = Loss();
      at[i] = middle - kStep;
      const double down = Loss();
      at[i] = middle;
      gradient[i] = (up - down) / (2 * kStep);
    }
    return gradient;
  }

 private:
  const std::vector<float>& Given(int which) const {
    return which == 0   ? tensors_.weights
           : which == 1 ? tensors_.x
           : which == 2 ? tensors_.h0
                        : tensors_.c0;
  }
  double Loss() const {
    const Doubles out = Oracle(c_, value_[0], value_[1], value_[2], value_[3], masks_);
    double loss = 0;
    const auto add = [&loss](const std::vector<double>& a, const std::vector<float>& b) {
      for (size_t i = 0; i < a.size(); ++i) {
        if (a[i] != 0) loss += a[i] * static_cast<double>(b[i]);  // padding: 0 * NaN
      }
    };
    add(out.y, tensors_.dy);
    add(out.hn, tensors_.dhn);
    add(out.cn, tensors_.dcn);
    return loss;
  }

  const Case& c_;
  const Tensors& tensors_;
  const std::vector<float>& masks_;
  std::vector<double> value_[4];
};

// got and want where the oracle knows the gradient.
void CompareGradient(const Case& c, const std::string& how, const char* tensor,
                     const std::vector<float>& got, const std::vector<double>& want, float start) {
  std::vector<float> kept;
  std::vector<double> known;
  for (size_t i = 0; i < got.size() && i < want.size(); ++i) {
    if (std::isnan(want[i])) continue;
    kept.push_back(got[i] - start);
    known.push_back(want[i]);
  }
  // The differences themselves are good to about 1e-8; adding to `start` rounds at 2^-24 of the
  // sum.
  Compare(c, how, tensor, kept, known, 1e-6);
}

struct Way {
  How how;
  std::string name;
};

std::vector<Way> Ways(bool blas) {
  std::vector<Way> ways;
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (fr_isa_supported(isa) == 0) continue;
    for (int32_t products = 0; products <= (blas ? 1 : 0); ++products) {
      How how;
      how.isa = isa;
      how.products = products;
      ways.push_back(
          {how, std::string(fr_isa_name(isa)) + (products != 0 ? "/openblas" : "/packed")});
    }
  }
  return ways;
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::equal(a.begin(), a.end(), b.begin()));
}

void RunCase(const Case& c, bool blas) {
  const Tensors tensors = c.Make();
  const std::vector<float> masks = Masks(c, How());
  const Doubles plain =
      Oracle(c, Widen(tensors.weights), Widen(tensors.x), Widen(tensors.h0), Widen(tensors.c0), {});
  const Doubles forward = Oracle(c, Widen(tensors.weights), Widen(tensors.x), Widen(tensors.h0),
                                 Widen(tensors.c0), masks);
  std::vector<double> gradients[4];
  {
    Differences differences(c, tensors, masks);
    const int64_t cost = c.WeightCount() * c.WeightCount() * c.t * c.n;
    const size_t stride = static_cast<size_t>(std::max<int64_t>(1, cost / 200000000));
    for (int which = 0; which < 4; ++which) gradients[which] = differences.Of(which, stride);
  }
  for (const Way& way : Ways(blas)) {
    const Outputs out = RunLayer(c, tensors, way.how);
    EXPECT(out.status == FR_OK, "%s %s: %s", c.name.c_str(), way.name.c_str(), out.error.c_str());
    if (out.status != FR_OK) continue;
    Compare(c, way.name, "infer y", out.infer_y, plain.y, 0);
    Compare(c, way.name, "infer hn", out.infer_hn, plain.hn, 0);
    Compare(c, way.name, "infer cn", out.infer_cn, plain.cn, 0);
    Compare(c, way.name, "y", out.y, forward.y, 0);
    Compare(c, way.name, "hn", out.hn, forward.hn, 0);
    Compare(c, way.name, "cn", out.cn, forward.cn, 0);
    for (int32_t row = 0; row < c.n; ++row) {
      for (int32_t t = c.Length(row); t < c.t; ++t) {
        const float* y = out.y.data() + c.Row(t, row) * c.Merged();
        EXPECT(std::all_of(y, y + c.Merged(), [](float v) { return v == 0; }),
               "%s %s: y of row %d, padded step %d is not zero", c.name.c_str(), way.name.c_str(),
               row, t);
      }
    }
    if (way.how.products == FR_PRODUCTS_PACKED && masks.empty()) {
      EXPECT(SameBits(out.y, out.infer_y) && SameBits(out.hn, out.infer_hn) &&
                 SameBits(out.cn, out.infer_cn),
             "%s %s: infer and forward differ", c.name.c_str(), way.name.c_str());
    }
    CompareGradient(c, way.name, "dweights", out.dweights, gradients[0], kGradientStart);
    CompareGradient(c, way.name, "dx", out.dx, gradients[1], 0);
    CompareGradient(c, way.name, "dh0", out.dh0, gradients[2], 0);
    CompareGradient(c, way.name, "dc0", out.dc0, gradients[3], 0);
    for (size_t i = 0; i < out.dx.size(); ++i) {
      if (std::isnan(tensors.x[i])) {
        EXPECT(out.dx[i] == 0, "%s %s: dx of padding, element %zu: %g", c.name.c_str(),
               way.name.c_str(), i, static_cast<double>(out.dx[i]));
      }
    }
  }
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  uint64_t seed = 100;
  const auto add = [&](const char* name, const fr_desc& desc, int32_t t, int32_t n,
                       std::vector<int32_t> lengths = {}) -> Case& {
    Case c;
    c.name = name;
    c.desc = desc;
    c.t = t;
    c.n = n;
    c.lengths = std::move(lengths);
    c.seed = ++seed;
    cases.push_back(c);
    return cases.back();
  };
  const auto descs = [](int32_t inputs, int32_t hidden) {
    return std::vector<fr_desc>{RnnDesc(inputs, hidden), LstmDesc(inputs, hidden),
                                GruDesc(inputs, hidden)};
  };
  const char* const names[] = {"rnn", "lstm", "gru"};
  const int32_t sizes[][4] = {{1, 1, 1, 1},  {3, 2, 7, 5},  {2, 3, 5, 17},
                              {5, 1, 17, 7}, {1, 4, 3, 33}, {3, 13, 20, 70}};
  for (int cell = 0; cell < 3; ++cell) {
    for (const auto& s : sizes) {
      add((std::string(names[cell]) + " plain").c_str(),
          descs(s[2], s[3])[static_cast<size_t>(cell)], s[0], s[1]);
    }
    fr_desc desc = descs(4, 6)[static_cast<size_t>(cell)];
    add((std::string(names[cell]) + " ragged").c_str(), desc, 5, 4, {2, 5, 0, 3});
    add((std::string(names[cell]) + " no initial states").c_str(), desc, 4, 3).initial = false;
    desc.direction = FR_DIRECTION_REVERSE;
    add((std::string(names[cell]) + " reverse").c_str(), desc, 4, 3);
    add((std::string(names[cell]) + " reverse ragged").c_str(), desc, 5, 4, {2, 5, 0, 3});
    desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    add((std::string(names[cell]) + " bidirectional").c_str(), desc, 4, 3);
    desc.layers = 3;
    add((std::string(names[cell]) + " 3 layers bidirectional ragged").c_str(), desc, 4, 4,
        {1, 4, 4, 2});
    desc.batch_major = 1;
    add((std::string(names[cell]) + " batch-major 3 layers bidirectional ragged").c_str(), desc, 4,
        3, {0, 4, 2});
    desc.merge_sum = 1;
    desc.dropout = 0.4f;
    add((std::string(names[cell]) + " batch-major sum dropout").c_str(), desc, 4, 3);
    desc.batch_major = 0;
    desc.layers = 2;
    desc.bias = 0;
    add((std::string(names[cell]) + " sum dropout ragged no bias").c_str(), desc, 5, 3, {5, 1, 3});
    add((std::string(names[cell]) + " all rows empty").c_str(), desc, 2, 2, {0, 0});
  }
  for (const int32_t kind : {FR_ACT_RELU, FR_ACT_SIGMOID, FR_ACT_IDENTITY}) {
    fr_desc desc = RnnDesc(5, 9);
    desc.activation[0] = desc.activation[3] = kind;
    desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    add("rnn activation", desc, 4, 3);
  }
  {
    fr_desc desc = LstmDesc(5, 9);
    desc.projection_size = 4;
    add("lstm projection", desc, 4, 3);
    desc.layers = 2;
    desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    add("lstm projection ragged bidirectional", desc, 5, 4, {3, 0, 5, 4});
    desc.cell_clip = 0.3f;
    desc.projection_size = 0;
    add("lstm cell clip", desc, 5, 3).weight_scale = 0.7;
  }
  // The generic cells.
  for (int32_t reset = FR_RESET_AFTER; reset <= FR_RESET_NONE; ++reset) {
    fr_desc desc = GruDesc(4, 6);
    desc.gru_reset = reset;
    desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    add("gru reset", desc, 4, 3, {4, 1, 3});
    desc.gate_clip = 0.4f;
    desc.layers = 2;
    desc.dropout = 0.3f;
    add("gru reset gate clip", desc, 4, 3).weight_scale = 0.6;
    desc.gate_clip = 0;
    desc.activation[0] = FR_ACT_HARD_SIGMOID;
    desc.alpha[0] = 0.3f;
    desc.beta[0] = 0.4f;
    desc.activation[1] = FR_ACT_SOFTSIGN;
    desc.activation[4] = FR_ACT_RELU;
    add("gru reset activations", desc, 3, 2);
  }
  for (int32_t kind = FR_ACT_SIGMOID; kind <= FR_ACT_AFFINE; ++kind) {
    fr_desc desc = RnnDesc(3, 5);
    desc.activation[0] = kind;
    desc.alpha[0] = kind == FR_ACT_THRESHOLDED_RELU ? 0.1f : 0.7f;
    desc.beta[0] = 0.4f;
    desc.gate_clip = 1.5f;
    add("rnn any activation", desc, 3, 3);
  }
  for (int coupled = 0; coupled < 2; ++coupled) {
    for (int peephole = 0; peephole < 2; ++peephole) {
      fr_desc desc = LstmDesc(4, 6);
      desc.coupled = coupled;
      desc.peephole = peephole;
      desc.direction = FR_DIRECTION_BIDIRECTIONAL;
      add("lstm peephole coupled", desc, 4, 3, {4, 2, 3});
      desc.gate_clip = 0.5f;
      add("lstm peephole coupled gate clip", desc, 4, 3).weight_scale = 0.6;
      desc.gate_clip = 0;
      desc.cell_clip = 0.3f;
      desc.projection_size = 3;
      desc.layers = 2;
      add("lstm peephole coupled cell clip projection", desc, 3, 3, {3, 0, 2}).weight_scale = 0.6;
      desc.cell_clip = 0;
      desc.activation[0] = FR_ACT_HARD_SIGMOID;
      desc.alpha[0] = 0.3f;
      desc.beta[0] = 0.45f;
      desc.activation[2] = FR_ACT_SOFTSIGN;
      desc.activation[3] = FR_ACT_SIGMOID;
      desc.activation[4] = FR_ACT_RELU;
      desc.activation[5] = FR_ACT_SOFTPLUS;
      add("lstm peephole coupled activations", desc, 3, 2);
    }
  }
  return cases;
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn::test;
  const bool blas = OpenTestBlas();
  const int64_t bytes = fr_live_bytes(), blocks = fr_live_blocks();
  for (const Case& c : Cases()) RunCase(c, blas);
  EXPECT(fr_live_bytes() == bytes && fr_live_blocks() == blocks,
         "left over: %lld bytes in %lld blocks", static_cast<long long>(fr_live_bytes() - bytes),
         static_cast<long long>(fr_live_blocks() - blocks));
  for (const auto& entry : worst_of_tensor) {
    std::printf("%-10s worst error relative to the tensor's largest value: %.2e\n",
                entry.first.c_str(), entry.second);
  }
  return fusedrnn::check::Summary("layer_test");
}
