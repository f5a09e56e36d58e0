// Layers on compressed weights through the C ABI: float16 has the bits of a float32 layer whose
// weights were rounded, int8 the numbers of one whose weights are multiples of their scales; rows
// depend neither on each other nor on threads; what cannot be compressed is refused.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "check.h"
#include "half.h"
#include "layer_case.h"

namespace fusedrnn {
namespace test {
namespace {

float WidenHalf(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const float value = exponent == 0
                          ? std::ldexp(static_cast<float>(mantissa), -24)
                          : std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
  return half >> 15 != 0 ? -value : value;
}

int64_t Columns(const Case& c, int32_t layer, int kind) {
  if (kind == FR_WEIGHT_IH) return layer == 0 ? c.desc.input_size : c.Merged();
  return kind == FR_WEIGHT_HH ? c.R() : c.desc.hidden_size;
}

// Calls body(row, columns) for each row of each weight matrix.
template <class Body>
void ForRows(const Case& c, std::vector<float>* weights, const Body& body) {
  const std::vector<int64_t> offsets = c.Offsets();
  for (size_t i = 0; i < offsets.size(); ++i) {
    const int kind = static_cast<int>(i % FR_WEIGHT_KINDS);
    const bool matrix = kind == FR_WEIGHT_IH || kind == FR_WEIGHT_HH || kind == FR_WEIGHT_HR;
    if (!matrix || offsets[i] < 0) continue;
    const int32_t layer = static_cast<int32_t>(i) / FR_WEIGHT_KINDS / c.D();
    const int64_t columns = Columns(c, layer, kind);
    const int64_t rows =
        kind == FR_WEIGHT_HR ? c.desc.projection_size : int64_t{c.G()} * c.desc.hidden_size;
    for (int64_t r = 0; r < rows; ++r) body(weights->data() + offsets[i] + r * columns, columns);
  }
}

std::vector<Case> Cases() {
  std::vector<Case> cases;
  uint64_t seed = 100;
  const auto add = [&](const std::string& name, const fr_desc& desc, int32_t t,
                       int32_t n) -> Case& {
    Case c;
    c.name = name;
    c.desc = desc;
    c.t = t;
    c.n = n;
    c.seed = ++seed;
    cases.push_back(c);
    return cases.back();
  };
  for (int cell = 0; cell < 3; ++cell) {
    const auto make = cell == 0 ? RnnDesc : cell == 1 ? LstmDesc : GruDesc;
    const std::string name = cell == 0 ? "rnn" : cell == 1 ? "lstm" : "gru";
    for (int32_t hidden : {1, 7, 16, 17, 33, 65, 130}) {
      for (int32_t n : {1, 2, 3, 4, 5, 7, 13}) add(name, make(hidden + 2, hidden), 3, n);
    }
    fr_desc desc = make(9, 70);
    desc.layers = 2;
    desc.direction = FR_DIRECTION_BIDIRECTIONAL;
    add(name + " 2 layers bidirectional", desc, 4, 5);
    add(name + " 2 layers bidirectional, lengths", desc, 4, 5).lengths = {2, 4, 0, 1, 4};
    desc.merge_sum = 1;
    desc.batch_major = 1;
    desc.bias = 0;
    add(name + " sum batch-major without bias", desc, 4, 5).lengths = {2, 4, 0, 1, 4};
    desc = make(9, 70);
    desc.direction = FR_DIRECTION_REVERSE;
    add(name + " reverse", desc, 4, 3).initial = false;
  }
  fr_desc desc = LstmDesc(9, 70);
  desc.projection_size = 33;
  desc.cell_clip = 0.5f;
  desc.layers = 2;
  add("lstm projection", desc, 4, 5).lengths = {2, 4, 0, 1, 4};
  desc = RnnDesc(9, 70);
  desc.activation[0] = FR_ACT_RELU;
  add("rnn relu", desc, 4, 5);
  return cases;
}

std::string Name(const Case& c, const How& how) {
  char text[200];
  std::snprintf(text, sizeof text, "%s H=%d N=%d seed %llu on %s, products %d, threads %d",
                c.name.c_str(), c.desc.hidden_size, c.n, static_cast<unsigned long long>(c.seed),
                fr_isa_name(how.isa), how.products, how.threads);
  return text;
}

bool Same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

bool Same(const Outputs& a, const Outputs& b) {
  return Same(a.infer_y, b.infer_y) && Same(a.infer_hn, b.infer_hn) && Same(a.infer_cn, b.infer_cn);
}

Outputs Run(const Case& c, const Tensors& tensors, const How& how) {
  const Outputs out = RunLayer(c, tensors, how);
  EXPECT(out.status == FR_OK, "%s: %s", Name(c, how).c_str(), out.error.c_str());
  return out;
}

void HalvesHaveTheBitsOfRoundedWeights(const Case& c, How how) {
  Tensors tensors = c.Make();
  how.products = FR_PRODUCTS_FLOAT16;
  const Outputs got = Run(c, tensors, how);
  ForRows(c, &tensors.weights, [](float* row, int64_t columns) {
    for (int64_t i = 0; i < columns; ++i) row[i] = WidenHalf(ToHalf(row[i]));
  });
  how.products = FR_PRODUCTS_PACKED;
  EXPECT(Same(got, Run(c, tensors, how)), "%s: bits differ", Name(c, how).c_str());
}

std::vector<double> Doubles64(const std::vector<float>& v) { return {v.begin(), v.end()}; }

// Past the weights themselves an error of int8 comes from inputs rounded to 1/2^15 of the largest
// (levels of 32767 at these sizes), which is 1 or less: on each of K terms, of size 1 / sqrt(H),
// 2^-16 at most: 2^-16 sqrt(K) at random signs is 2e-4 at K = 130 and weights 1 / sqrt(130), of
// which rounding takes 1 / sqrt(12) * 2 on average; outputs of steps and layers before add up to
// a few times that. Float32 adds less than 1e-5. A scale wrong by one level in 127 would show as
// 5e-3 and more.
constexpr double kInt8Bound = 3e-4;

void Int8HasTheNumbersOfItsMultiples(const Case& c, How how) {
  Tensors tensors = c.Make();
  how.products = FR_PRODUCTS_INT8;
  const Outputs got = Run(c, tensors, how);
  ForRows(c, &tensors.weights, [](float* row, int64_t columns) {
    float largest = 0;
    for (int64_t i = 0; i < columns; ++i) largest = std::fmax(largest, std::fabs(row[i]));
    for (int64_t i = 0; i < columns; ++i) {
      row[i] = std::nearbyint(row[i] * (127.0f / largest)) * (largest / 127);
    }
  });
  const Doubles want = Oracle(c, Doubles64(tensors.weights), Doubles64(tensors.x),
                              Doubles64(tensors.h0), Doubles64(tensors.c0), {});
  const auto compare = [&](const char* tensor, const std::vector<float>& a,
                           const std::vector<double>& b) {
    double worst = 0;
    for (size_t i = 0; i < b.size(); ++i) {
      const double error = std::fabs(static_cast<double>(a[i]) - b[i]);
      if (!(error <= worst)) worst = std::isnan(error) ? 1e30 : error;
    }
    EXPECT(a.size() == b.size() && worst <= kInt8Bound, "%s: %s wrong by %g", Name(c, how).c_str(),
           tensor, worst);
  };
  compare("y", got.infer_y, want.y);
  compare("hn", got.infer_hn, want.hn);
  compare("cn", got.infer_cn, want.cn);
}

// One row of c alone.
Case Alone(const Case& c, const Tensors& all, int32_t row, Tensors* to) {
  Case one = c;
  one.n = 1;
  if (!c.lengths.empty()) one.lengths = {c.lengths[static_cast<size_t>(row)]};
  *to = one.Make();
  to->weights = all.weights;
  const auto copy = [](const std::vector<float>& from, int64_t at, std::vector<float>* into,
                       int64_t place, int64_t width) {
    if (from.empty()) return;
    std::memcpy(into->data() + place * width, from.data() + at * width,
                static_cast<size_t>(width) * sizeof(float));
  };
  for (int32_t t = 0; t < c.t; ++t) {
    copy(all.x, c.Row(t, row), &to->x, one.Row(t, 0), c.desc.input_size);
  }
  for (int64_t slot = 0; slot < int64_t{c.desc.layers} * c.D(); ++slot) {
    copy(all.h0, slot * c.n + row, &to->h0, slot, c.R());
    copy(all.c0, slot * c.n + row, &to->c0, slot, c.desc.hidden_size);
  }
  return one;
}

void RowsAndThreadsChangeNoBit(const Case& c, How how) {
  const Tensors tensors = c.Make();
  const Outputs all = Run(c, tensors, how);
  for (int32_t threads = 2; threads <= 3; ++threads) {
    How more = how;
    more.threads = threads;
    EXPECT(Same(all, Run(c, tensors, more)), "%s: bits differ", Name(c, more).c_str());
  }
  for (int32_t row = 0; row < c.n; ++row) {
    Tensors own;
    const Case one = Alone(c, tensors, row, &own);
    const Outputs out = Run(one, own, how);
    bool same = true;
    for (int32_t t = 0; t < c.t; ++t) {
      same = same && std::memcmp(&all.infer_y[static_cast<size_t>(c.Row(t, row) * c.Merged())],
                                 &out.infer_y[static_cast<size_t>(one.Row(t, 0) * c.Merged())],
                                 static_cast<size_t>(c.Merged()) * sizeof(float)) == 0;
    }
    EXPECT(same, "%s: row %d alone differs", Name(c, how).c_str(), row);
  }
}

void ExpectUnsupported(bool refused, const char* part) {
  EXPECT(refused && fr_last_status() == FR_UNSUPPORTED &&
             std::string(fr_last_error()).find(part) != std::string::npos,
         "status %d: %s", fr_last_status(), fr_last_error());
}

void Refused(const fr_desc& desc, int32_t products, const char* part) {
  ExpectUnsupported(Layer(desc, FR_ISA_PLAIN, products) == nullptr, part);
}

void TrainingRefused(const fr_desc& desc, int32_t products) {
  const Layer layer(desc, FR_ISA_PLAIN, products);
  ExpectUnsupported(fr_pack_bytes(layer, 1) == -1, "training");
  ExpectUnsupported(fr_plan_create(layer, 1, 1, 1, 1, nullptr) == nullptr, "training");
}

void RefusesWhatCannotBe() {
  for (int32_t products : {FR_PRODUCTS_FLOAT16, FR_PRODUCTS_INT8}) {
    TrainingRefused(LstmDesc(3, 5), products);
    fr_desc generic = LstmDesc(3, 5);
    generic.peephole = 1;
    Refused(generic, products, "peephole");
    generic = GruDesc(3, 5);
    generic.gru_reset = FR_RESET_BEFORE;
    Refused(generic, products, "reset");
    generic = RnnDesc(3, 5);
    generic.activation[0] = FR_ACT_SOFTSIGN;
    Refused(generic, products, "activations");
  }
  Refused(LstmDesc(200000, 5), FR_PRODUCTS_INT8, "terms");
}

void RefusesWeightsWithoutAHalf() {
  Case c;
  c.desc = LstmDesc(3, 5);
  Tensors tensors = c.Make();
  tensors.weights[7] = -70000.0f;
  How how;
  how.products = FR_PRODUCTS_FLOAT16;
  how.backward = false;
  const Outputs out = RunLayer(c, tensors, how);
  EXPECT(out.status == FR_INVALID_ARGUMENT && out.error.find("65504") != std::string::npos,
         "status %d: %s", out.status, out.error.c_str());
}

void RefusesAPlanOfAnotherForm() {
  Case c;
  c.desc = LstmDesc(3, 5);
  const Tensors tensors = c.Make();
  const std::vector<int64_t> offsets = c.Offsets();
  const Layer float16(c.desc, FR_ISA_PLAIN, FR_PRODUCTS_FLOAT16);
  const Layer int8(c.desc, FR_ISA_PLAIN, FR_PRODUCTS_INT8);
  fr_packed* packed = fr_pack(float16, 0, reinterpret_cast<fr_address>(tensors.weights.data()),
                              offsets.data(), nullptr);
  fr_plan* plan = fr_plan_create(int8, 1, 1, 1, 0, nullptr);
  float y[5];
  EXPECT(fr_infer(plan, packed, 1, 1, 0, reinterpret_cast<fr_address>(tensors.x.data()), 0, 0,
                  reinterpret_cast<fr_address>(y), 0, 0) == FR_INVALID_ARGUMENT &&
             std::string(fr_last_error()).find("float16") != std::string::npos,
         "%s", fr_last_error());
  fr_plan_free(plan);
  fr_packed_free(packed);
}

// A number that is not finite goes where it goes in float32, too.
void KeepsWhatIsNotFinite(How how) {
  Case c;
  c.name = "not finite";
  c.desc = RnnDesc(20, 20);
  c.n = 3;
  Tensors tensors = c.Make();
  tensors.x[20 + 3] = std::numeric_limits<float>::quiet_NaN();
  const Outputs out = Run(c, tensors, how);
  for (size_t i = 0; i < out.infer_y.size(); ++i) {
    EXPECT(std::isnan(out.infer_y[i]) == (i / 20 == 1), "%s: y[%zu] = %g", Name(c, how).c_str(), i,
           static_cast<double>(out.infer_y[i]));
  }
}

}  // namespace
}  // namespace test
}  // namespace fusedrnn

int main() {
  using namespace fusedrnn::test;
  const int64_t bytes = fr_live_bytes();
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (fr_isa_supported(isa) == 0) continue;
    How how;
    how.isa = isa;
    how.backward = false;
    for (const Case& c : Cases()) {
      HalvesHaveTheBitsOfRoundedWeights(c, how);
      Int8HasTheNumbersOfItsMultiples(c, how);
      for (int32_t products : {FR_PRODUCTS_FLOAT16, FR_PRODUCTS_INT8}) {
        how.products = products;
        RowsAndThreadsChangeNoBit(c, how);
      }
    }
    for (int32_t products : {FR_PRODUCTS_FLOAT16, FR_PRODUCTS_INT8}) {
      how.products = products;
      KeepsWhatIsNotFinite(how);
    }
  }
  RefusesWhatCannotBe();
  RefusesWeightsWithoutAHalf();
  RefusesAPlanOfAnotherForm();
  EXPECT(fr_live_bytes() == bytes, "left over: %lld bytes",
         static_cast<long long>(fr_live_bytes() - bytes));
  return fusedrnn::check::Summary("compressed_test");
}
