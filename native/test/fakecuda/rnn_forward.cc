#include <algorithm>
#include <cmath>
#include <vector>

#include "rnn_saved.h"
#include "rnn_weights.h"
#include "scalar.h"

namespace fakecuda {
namespace {

constexpr uint64_t kMagic = 0x6675736564726e6eU;

double Sigmoid(double a) { return 1 / (1 + std::exp(-a)); }

// One row of one step of one pseudo-layer: h and c are read and replaced.
class Stepper {
 public:
  Stepper(const Network& network, const LayerWeights& weights)
      : net_(network), weights_(weights), input_(4 * net_.hidden), recurrent_(4 * net_.hidden) {}

  void Step(const double* x, double* h, double* c, const Saved& saved, size_t t, size_t n) {
    const size_t p = weights_.pseudo;
    std::fill(input_.begin(), input_.end(), 0.0);
    std::fill(recurrent_.begin(), recurrent_.end(), 0.0);
    const size_t gates = net_.gates();
    for (size_t g = 0; g < gates; ++g) {
      weights_.Multiply(g, x, &input_[g * net_.hidden]);
      weights_.Multiply(gates + g, h, &recurrent_[g * net_.hidden]);
      for (size_t u = 0; u < net_.hidden; ++u) {
        input_[g * net_.hidden + u] += weights_.bias(g, u);
        recurrent_[g * net_.hidden + u] += weights_.bias(gates + g, u);
      }
    }
    double* act = saved.gates(p, t, n);
    double* extra = saved.extra(p, t, n);
    double* out = saved.out(p, t, n);
    double* full = net_.projects() ? saved.full(p, t, n) : out;
    for (size_t u = 0; u < net_.hidden; ++u) {
      switch (net_.cell) {
        case kLstm:
          Lstm(u, c, act, extra, full);
          break;
        case kGru:
          Gru(u, h, act, extra, out);
          break;
        default:
          act[u] = out[u] = Activate(input_[u] + recurrent_[u]);
      }
    }
    if (net_.projects()) {
      std::fill(out, out + net_.state, 0.0);
      weights_.Multiply(2 * gates, full, out);
    }
    std::copy(out, out + net_.state, h);
  }

 private:
  double Activate(double a) const { return net_.cell == kTanh ? std::tanh(a) : std::max(a, 0.0); }

  double Sum(size_t gate, size_t u) const {
    return input_[gate * net_.hidden + u] + recurrent_[gate * net_.hidden + u];
  }

  // cuDNN's order of gates: input, forget, new, output.
  void Lstm(size_t u, double* c, double* act, double* extra, double* full) const {
    const size_t size = net_.hidden;
    const double i = act[u] = Sigmoid(Sum(0, u));
    const double f = act[size + u] = Sigmoid(Sum(1, u));
    const double g = act[2 * size + u] = std::tanh(Sum(2, u));
    const double o = act[3 * size + u] = Sigmoid(Sum(3, u));
    c[u] = f * c[u] + i * g;
    if (net_.clips) c[u] = std::min(std::max(c[u], net_.clip_low), net_.clip_high);
    extra[u] = c[u];
    full[u] = o * std::tanh(c[u]);
  }

  // reset, update, new.
  void Gru(size_t u, const double* h, double* act, double* extra, double* out) const {
    const size_t size = net_.hidden;
    const double r = act[u] = Sigmoid(Sum(0, u));
    const double z = act[size + u] = Sigmoid(Sum(1, u));
    extra[u] = recurrent_[2 * size + u];
    const double candidate = act[2 * size + u] = std::tanh(input_[2 * size + u] + r * extra[u]);
    out[u] = (1 - z) * candidate + z * h[u];
  }

  const Network& net_;
  const LayerWeights& weights_;
  std::vector<double> input_;
  std::vector<double> recurrent_;
};

std::vector<double> LoadState(const void* state, int type, size_t row, size_t width) {
  std::vector<double> values(width);
  for (size_t i = 0; state != nullptr && i < width; ++i)
    values[i] = LoadScalar(state, type, row * width + i);
  return values;
}

void StoreState(void* state, int type, size_t row, const std::vector<double>& values) {
  for (size_t i = 0; state != nullptr && i < values.size(); ++i) {
    StoreScalar(state, type, row * values.size() + i, values[i]);
  }
}

void StoreOutput(const RnnCall& call, const Saved& saved, void* y) {
  const Network& net = call.network;
  const size_t last = (net.layers - 1) * static_cast<size_t>(net.directions);
  for (size_t n = 0; n < call.y.rows; ++n) {
    for (size_t t = 0; t < call.y.steps; ++t) {
      const bool valid = t < static_cast<size_t>(call.y.lengths[n]);
      if (!valid && call.y.layout == kSeqMajorPacked) continue;
      for (size_t i = 0; i < call.y.width; ++i) {
        // Undefined without a fill value, says the documentation.
        const double padding = call.y.fills ? call.y.fill : NAN;
        StoreScalar(y, net.type, call.y.at(t, n) + i,
                    valid ? saved.out(last + i / net.state, t, n)[i % net.state] : padding);
      }
    }
  }
}

}  // namespace

void RnnForward(const RnnCall& call, const RnnMemory& memory, bool training) {
  static uint64_t draws = 0;
  const Network& net = call.network;
  const size_t steps = call.x.steps;
  const size_t rows = call.x.rows;
  std::vector<double> own;
  double* values = nullptr;
  if (training) {
    values = reinterpret_cast<double*>(static_cast<char*>(memory.reserve) + sizeof(ReserveHeader));
  } else {
    own.resize(Saved::Doubles(net, steps, rows));
    values = own.data();
  }
  Network undropped = net;
  if (!training) undropped.dropout = 0;
  const RnnCall used{undropped, call.map, call.x, call.y};
  const Saved saved(net, steps, rows, values);
  const uint64_t draw = ++draws;
  for (size_t layer = 0; layer < net.layers; ++layer) {
    const std::vector<double> input = LayerInput(used, memory.x, saved, draw, layer);
    for (size_t d = 0; d < static_cast<size_t>(net.directions); ++d) {
      const size_t p = layer * static_cast<size_t>(net.directions) + d;
      const LayerWeights weights(call, memory.weights, p);
      Stepper stepper(net, weights);
      for (size_t n = 0; n < rows; ++n) {
        std::vector<double> h = LoadState(memory.hx, net.type, p * rows + n, net.state);
        std::vector<double> c = LoadState(memory.cx, net.type, p * rows + n, net.hidden);
        const auto length = static_cast<size_t>(call.x.lengths[n]);
        for (size_t s = 0; s < length; ++s) {
          const size_t t = StepAt(s, length, d);
          stepper.Step(&input[(t * rows + n) * net.inputs_of(layer)], h.data(), c.data(), saved, t,
                       n);
        }
        StoreState(memory.hy, net.type, p * rows + n, h);
        if (net.cell == kLstm) StoreState(memory.cy, net.type, p * rows + n, c);
      }
    }
  }
  // x may be y's memory for nobody: they are read and written apart.
  const uint64_t hash_x = training ? HashOf(call.x, memory.x, 1) : 0;
  StoreOutput(call, saved, memory.y);
  if (training) {
    *static_cast<ReserveHeader*>(memory.reserve) = {
        kMagic,
        net.hash(),
        steps,
        rows,
        Stage::kForward,
        hash_x,
        HashOf(call.y, memory.y, 2),
        HashOf(memory.weights, call.map->elements() * ElementSize(net.type)),
        draw};
  }
}

bool ReserveIs(const RnnCall& call, const void* reserve, Stage stage) {
  const auto& header = *static_cast<const ReserveHeader*>(reserve);
  if (header.magic != kMagic) {
    Breach("backward with a reserve space that no forward call wrote");
  } else if (header.network != call.network.hash() || header.steps != call.x.steps ||
             header.rows != call.x.rows) {
    Breach("backward with the reserve space of another network or shape");
  } else if (header.stage != stage) {
    Breach(stage == Stage::kForward ? "backward data runs twice on one reserve space"
                                    : "backward weights before backward data");
  } else {
    return true;
  }
  return false;
}

}  // namespace fakecuda
