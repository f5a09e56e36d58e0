#include "layer_case.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

namespace fusedrnn {
namespace test {
namespace {

fr_desc Desc(int32_t cell, int32_t inputs, int32_t hidden) {
  fr_desc desc;
  std::memset(&desc, 0, sizeof desc);
  desc.cell = cell;
  desc.input_size = inputs;
  desc.hidden_size = hidden;
  desc.layers = 1;
  desc.bias = 1;
  for (int direction = 0; direction < 2; ++direction) {
    int32_t* kind = desc.activation + direction * 3;
    kind[0] = cell == FR_CELL_RNN ? FR_ACT_TANH : FR_ACT_SIGMOID;
    kind[1] = kind[2] = FR_ACT_TANH;
  }
  return desc;
}

int64_t Size(const Case& c, int32_t layer, int kind) {
  const int64_t rows = int64_t{c.G()} * c.desc.hidden_size;
  switch (kind) {
    case FR_WEIGHT_IH:
      return rows * (layer == 0 ? c.desc.input_size : c.Merged());
    case FR_WEIGHT_HH:
      return rows * c.R();
    case FR_BIAS_IH:
    case FR_BIAS_HH:
      return c.desc.bias != 0 ? rows : 0;
    case FR_WEIGHT_HR:
      return int64_t{c.desc.projection_size} * c.desc.hidden_size;
    default:
      return c.desc.peephole != 0 ? 3 * c.desc.hidden_size : 0;
  }
}

fr_address Address(const std::vector<float>& values) {
  return values.empty() ? 0 : reinterpret_cast<fr_address>(values.data());
}

double Act(int32_t kind, double alpha, double beta, double x) {
  switch (kind) {
    case FR_ACT_SIGMOID:
      return 1 / (1 + std::exp(-x));
    case FR_ACT_TANH:
      return std::tanh(x);
    case FR_ACT_RELU:
      return std::fmax(x, 0);
    case FR_ACT_HARD_SIGMOID:
      return std::fmax(0, std::fmin(1, alpha * x + beta));
    case FR_ACT_SOFTSIGN:
      return x / (1 + std::fabs(x));
    case FR_ACT_SOFTPLUS:
      return std::log(1 + std::exp(x));
    case FR_ACT_ELU:
      return x >= 0 ? x : alpha * (std::exp(x) - 1);
    case FR_ACT_LEAKY_RELU:
      return x >= 0 ? x : alpha * x;
    case FR_ACT_THRESHOLDED_RELU:
      return x >= alpha ? x : 0;
    case FR_ACT_SCALED_TANH:
      return alpha * std::tanh(beta * x);
    case FR_ACT_AFFINE:
      return alpha * x + beta;
    default:
      return x;
  }
}

// One row through one layer and direction.
class RowCell {
 public:
  RowCell(const Case& c, int32_t layer, int32_t direction, const std::vector<double>& weights)
      : c_(c), desc_(c.desc), slot_(direction * 3), h_(c.desc.hidden_size) {
    const std::vector<int64_t> offsets = c.Offsets();
    for (int kind = 0; kind < FR_WEIGHT_KINDS; ++kind) {
      const int64_t offset =
          offsets[static_cast<size_t>((layer * c.D() + direction) * FR_WEIGHT_KINDS + kind)];
      weight_[kind] = offset < 0 ? nullptr : weights.data() + offset;
    }
    inputs_ = layer == 0 ? desc_.input_size : c.Merged();
  }

  void Step(const double* x, std::vector<double>* h, std::vector<double>* c) const {
    std::vector<double> wide(static_cast<size_t>(h_));
    if (desc_.cell == FR_CELL_LSTM) {
      Lstm(x, *h, c, &wide);
    } else if (desc_.cell == FR_CELL_GRU) {
      Gru(x, *h, &wide);
    } else {
      for (int32_t u = 0; u < h_; ++u) {
        At(&wide, u) = Gate(0, In(0, u, x) + Rec(0, u, *h));
      }
    }
    if (desc_.projection_size == 0) {
      *h = wide;
      return;
    }
    for (int32_t p = 0; p < desc_.projection_size; ++p) {
      double sum = 0;
      for (int32_t u = 0; u < h_; ++u)
        sum += weight_[FR_WEIGHT_HR][int64_t{p} * h_ + u] * At(&wide, u);
      At(h, p) = sum;
    }
  }

 private:
  static double& At(std::vector<double>* v, int32_t i) { return (*v)[static_cast<size_t>(i)]; }
  static double At(const std::vector<double>& v, int32_t i) { return v[static_cast<size_t>(i)]; }

  double In(int32_t gate, int32_t u, const double* x) const {
    const int64_t row = int64_t{gate} * h_ + u;
    double sum = desc_.bias != 0 ? weight_[FR_BIAS_IH][row] : 0;
    for (int32_t i = 0; i < inputs_; ++i) sum += weight_[FR_WEIGHT_IH][row * inputs_ + i] * x[i];
    return sum;
  }
  double Rec(int32_t gate, int32_t u, const std::vector<double>& h) const {
    const int64_t row = int64_t{gate} * h_ + u;
    double sum = desc_.bias != 0 ? weight_[FR_BIAS_HH][row] : 0;
    for (int32_t i = 0; i < c_.R(); ++i) sum += weight_[FR_WEIGHT_HH][row * c_.R() + i] * At(h, i);
    return sum;
  }
  double Gate(int slot, double a) const {
    const double clip = static_cast<double>(desc_.gate_clip);
    if (clip > 0) a = std::fmax(-clip, std::fmin(clip, a));
    return Free(slot, a);
  }
  double Free(int slot, double a) const {
    return Act(desc_.activation[slot_ + slot], static_cast<double>(desc_.alpha[slot_ + slot]),
               static_cast<double>(desc_.beta[slot_ + slot]), a);
  }
  double Peep(int which, int32_t u, double c) const {
    return desc_.peephole != 0 ? weight_[FR_WEIGHT_PEEPHOLE][which * h_ + u] * c : 0;
  }

  void Lstm(const double* x, const std::vector<double>& h, std::vector<double>* c,
            std::vector<double>* out) const {
    for (int32_t u = 0; u < h_; ++u) {
      const double before = At(*c, u);
      const double i = Gate(0, In(0, u, x) + Rec(0, u, h) + Peep(0, u, before));
      const double f =
          desc_.coupled != 0 ? 1 - i : Gate(0, In(1, u, x) + Rec(1, u, h) + Peep(1, u, before));
      const double g = Gate(1, In(2, u, x) + Rec(2, u, h));
      double now = f * before + i * g;
      const double clip = static_cast<double>(desc_.cell_clip);
      if (clip > 0) now = std::fmax(-clip, std::fmin(clip, now));
      const double o = Gate(0, In(3, u, x) + Rec(3, u, h) + Peep(2, u, now));
      At(c, u) = now;
      At(out, u) = o * Free(2, now);
    }
  }

  void Gru(const double* x, const std::vector<double>& h, std::vector<double>* out) const {
    std::vector<double> r(static_cast<size_t>(h_), 1.0), reset = h;
    if (desc_.gru_reset != FR_RESET_NONE) {
      for (int32_t u = 0; u < h_; ++u) At(&r, u) = Gate(0, In(0, u, x) + Rec(0, u, h));
    }
    for (int32_t u = 0; u < h_; ++u) At(&reset, u) *= At(r, u);
    for (int32_t u = 0; u < h_; ++u) {
      const double z = Gate(0, In(1, u, x) + Rec(1, u, h));
      const double n = desc_.gru_reset == FR_RESET_AFTER
                           ? Gate(1, In(2, u, x) + At(r, u) * Rec(2, u, h))
                           : Gate(1, In(2, u, x) + Rec(2, u, reset));
      At(out, u) = (1 - z) * n + z * At(h, u);
    }
  }

  const Case& c_;
  const fr_desc& desc_;
  int slot_;
  int32_t h_, inputs_;
  const double* weight_[FR_WEIGHT_KINDS];
};

}  // namespace

uint64_t Random::Bits() {
  uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

fr_desc RnnDesc(int32_t inputs, int32_t hidden) { return Desc(FR_CELL_RNN, inputs, hidden); }
fr_desc LstmDesc(int32_t inputs, int32_t hidden) { return Desc(FR_CELL_LSTM, inputs, hidden); }
fr_desc GruDesc(int32_t inputs, int32_t hidden) { return Desc(FR_CELL_GRU, inputs, hidden); }

std::vector<int64_t> Case::Offsets() const {
  std::vector<int64_t> offsets;
  int64_t next = 3;  // a block need not start with a parameter
  for (int32_t layer = 0; layer < desc.layers; ++layer) {
    for (int32_t direction = 0; direction < D(); ++direction) {
      for (int kind = 0; kind < FR_WEIGHT_KINDS; ++kind) {
        const int64_t size = Size(*this, layer, kind);
        offsets.push_back(size == 0 ? -1 : next);
        next += size;
      }
    }
  }
  return offsets;
}

int64_t Case::WeightCount() const {
  int64_t count = 3;
  for (int32_t layer = 0; layer < desc.layers; ++layer) {
    for (int kind = 0; kind < FR_WEIGHT_KINDS; ++kind) count += D() * Size(*this, layer, kind);
  }
  return count;
}

Tensors Case::Make() const {
  Random random(seed);
  Tensors made;
  const auto fill = [&random](std::vector<float>* values, int64_t count, double scale) {
    values->resize(static_cast<size_t>(count));
    for (float& value : *values) value = static_cast<float>(random.Uniform() * scale);
  };
  const double scale =
      weight_scale > 0 ? weight_scale : 1 / std::sqrt(static_cast<double>(desc.hidden_size));
  const int64_t states = int64_t{desc.layers} * D() * n, rows = int64_t{t} * n;
  fill(&made.weights, WeightCount(), scale);
  fill(&made.x, rows * desc.input_size, 1);
  if (initial) {
    fill(&made.h0, states * R(), 1);
    if (Lstm()) fill(&made.c0, states * desc.hidden_size, 1);
  }
  fill(&made.dy, rows * Merged(), 1);
  fill(&made.dhn, states * R(), 1);
  if (Lstm()) fill(&made.dcn, states * desc.hidden_size, 1);
  // Padding holds NaN: it must not be read into anything.
  for (int32_t row = 0; row < n; ++row) {
    for (int32_t time = Length(row); time < t; ++time) {
      for (int32_t i = 0; i < desc.input_size; ++i) {
        made.x[static_cast<size_t>(Row(time, row) * desc.input_size + i)] =
            std::numeric_limits<float>::quiet_NaN();
      }
      for (int32_t i = 0; i < Merged(); ++i) {
        made.dy[static_cast<size_t>(Row(time, row) * Merged() + i)] =
            std::numeric_limits<float>::quiet_NaN();
      }
    }
  }
  return made;
}

Doubles Oracle(const Case& c, const std::vector<double>& weights, const std::vector<double>& x,
               const std::vector<double>& h0, const std::vector<double>& c0,
               const std::vector<float>& masks) {
  const int32_t merged = c.Merged(), hidden = c.desc.hidden_size;
  const size_t states = static_cast<size_t>(c.desc.layers * c.D() * c.n);
  Doubles out;
  out.y.assign(static_cast<size_t>(c.t * c.n * merged), 0.0);
  out.hn.resize(states * static_cast<size_t>(c.R()));
  out.cn.resize(c.Lstm() ? states * static_cast<size_t>(hidden) : 0);
  for (int32_t row = 0; row < c.n; ++row) {
    const int32_t length = c.Length(row);
    std::vector<std::vector<double>> sequence;
    for (int32_t t = 0; t < length; ++t) {
      const auto begin = x.begin() + c.Row(t, row) * c.desc.input_size;
      sequence.emplace_back(begin, begin + c.desc.input_size);
    }
    for (int32_t layer = 0; layer < c.desc.layers; ++layer) {
      std::vector<std::vector<double>> merged_rows(
          static_cast<size_t>(length), std::vector<double>(static_cast<size_t>(merged)));
      for (int32_t d = 0; d < c.D(); ++d) {
        const RowCell cell(c, layer, d, weights);
        const int64_t state = (int64_t{layer} * c.D() + d) * c.n + row;
        std::vector<double> h(static_cast<size_t>(c.R())), cc(static_cast<size_t>(hidden));
        if (!h0.empty()) h.assign(h0.begin() + state * c.R(), h0.begin() + (state + 1) * c.R());
        if (!c0.empty()) cc.assign(c0.begin() + state * hidden, c0.begin() + (state + 1) * hidden);
        const bool reverse = d == 1 || c.desc.direction == FR_DIRECTION_REVERSE;
        for (int32_t step = 0; step < length; ++step) {
          const size_t t = static_cast<size_t>(reverse ? length - 1 - step : step);
          cell.Step(sequence[t].data(), &h, &cc);
          const size_t column = static_cast<size_t>(c.desc.merge_sum != 0 ? 0 : d * c.R());
          for (size_t i = 0; i < h.size(); ++i) merged_rows[t][column + i] += h[i];
        }
        for (size_t i = 0; i < h.size(); ++i)
          out.hn[static_cast<size_t>(state) * h.size() + i] = h[i];
        for (size_t i = 0; c.Lstm() && i < cc.size(); ++i) {
          out.cn[static_cast<size_t>(state) * cc.size() + i] = cc[i];
        }
      }
      if (layer + 1 < c.desc.layers && !masks.empty()) {
        for (int32_t t = 0; t < length; ++t) {
          for (int32_t i = 0; i < merged; ++i) {
            merged_rows[static_cast<size_t>(t)][static_cast<size_t>(i)] *= static_cast<double>(
                masks[static_cast<size_t>(((layer * c.t + t) * c.n + row) * merged + i)]);
          }
        }
      }
      sequence = merged_rows;
    }
    for (int32_t t = 0; t < length; ++t) {
      for (int32_t i = 0; i < merged; ++i) {
        out.y[static_cast<size_t>(c.Row(t, row) * merged + i)] =
            sequence[static_cast<size_t>(t)][static_cast<size_t>(i)];
      }
    }
  }
  return out;
}

std::vector<float> Masks(const Case& c, const How& how) {
  std::vector<float> masks;
  if (c.desc.dropout == 0) return masks;
  const size_t size = static_cast<size_t>(c.t * c.n * c.Merged());
  for (int32_t layer = 0; layer + 1 < c.desc.layers; ++layer) {
    std::vector<float> mask(size, 1.0f);
    fr_dropout(Address(mask), Address(mask), c.t, c.n, c.Merged(), c.desc.dropout, how.dropout_seed,
               how.dropout_call, layer);
    masks.insert(masks.end(), mask.begin(), mask.end());
  }
  return masks;
}

Outputs RunLayer(const Case& c, const Tensors& tensors, const How& how) {
  Outputs out;
  const std::vector<int64_t> offsets = c.Offsets();
  const int32_t training = how.backward ? 1 : 0;
  const auto failed = [&](int32_t status) {
    if (status == FR_OK) return false;
    out.status = status;
    out.error = fr_last_error();
    return true;
  };
  std::optional<Layer> layer(std::in_place, c.desc, how.isa, how.products);
  if (*layer == nullptr) {
    failed(fr_last_status());
    return out;
  }
  fr_plan* plan =
      fr_plan_create(*layer, c.t + how.spare_t, c.n + how.spare_n, how.threads, training, nullptr);
  if (plan == nullptr) {
    failed(fr_last_status());
    return out;
  }
  // The threads that compute with the weights also pack them.
  fr_packed* packed = fr_pack(*layer, training, Address(tensors.weights), offsets.data(),
                              how.threads > 1 ? plan : nullptr);
  if (packed == nullptr) {
    failed(fr_last_status());
    fr_plan_free(plan);
    return out;
  }
  const int64_t reserve_bytes = fr_reserve_bytes(*layer, c.t, c.n);
  layer.reset();  // plan and weights do not need the handle
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const size_t rows = static_cast<size_t>(c.t * c.n);
  const size_t states = static_cast<size_t>(c.desc.layers * c.D() * c.n);
  const size_t h_size = states * static_cast<size_t>(c.R());
  const size_t c_size = c.Lstm() ? states * static_cast<size_t>(c.desc.hidden_size) : 0;
  out.y.assign(rows * static_cast<size_t>(c.Merged()), nan);
  out.hn.assign(h_size, nan);
  out.cn.assign(c_size, nan);
  out.infer_y = out.y;
  out.infer_hn = out.hn;
  out.infer_cn = out.cn;
  const fr_address lengths = c.lengths.empty() ? 0 : reinterpret_cast<fr_address>(c.lengths.data());
  fr_address reserve = fr_alloc(reserve_bytes);
  std::memset(reinterpret_cast<void*>(reserve), 0xff, static_cast<size_t>(reserve_bytes));  // NaN
  fr_call call;
  std::memset(&call, 0, sizeof call);
  call.t = c.t;
  call.n = c.n;
  call.lengths = lengths;
  call.x = Address(tensors.x);
  call.h0 = Address(tensors.h0);
  call.c0 = Address(tensors.c0);
  call.y = Address(out.y);
  call.hn = Address(out.hn);
  call.cn = Address(out.cn);
  call.reserve = reserve;
  call.dropout_seed = how.dropout_seed;
  call.dropout_call = how.dropout_call;
  if (!failed(fr_infer(plan, packed, c.t, c.n, lengths, call.x, call.h0, call.c0,
                       Address(out.infer_y), Address(out.infer_hn), Address(out.infer_cn))) &&
      how.products <= FR_PRODUCTS_OPENBLAS && !failed(fr_forward(plan, packed, &call)) &&
      how.backward) {
    out.dx.assign(rows * static_cast<size_t>(c.desc.input_size), nan);
    out.dh0.assign(h_size, nan);
    out.dc0.assign(c_size, nan);
    out.dweights.assign(static_cast<size_t>(c.WeightCount()), kGradientStart);
    call.dy = Address(tensors.dy);
    call.dhn = Address(tensors.dhn);
    call.dcn = Address(tensors.dcn);
    call.dx = Address(out.dx);
    call.dh0 = Address(out.dh0);
    call.dc0 = Address(out.dc0);
    call.dweights = Address(out.dweights);
    failed(fr_backward(plan, packed, &call));
  }
  fr_free(reserve);
  fr_plan_free(plan);
  fr_packed_free(packed);
  return out;
}

bool OpenTestBlas() {
  const char* path = std::getenv("FUSEDRNN_OPENBLAS");
  if (path == nullptr || *path == 0) {
    std::printf("SKIPPED: OpenBLAS products, FUSEDRNN_OPENBLAS is not set\n");
    return false;
  }
  if (fr_blas_open(path, 1) == FR_OK) return true;
  std::printf("SKIPPED: OpenBLAS products, %s\n", fr_last_error());
  return false;
}

}  // namespace test
}  // namespace fusedrnn
