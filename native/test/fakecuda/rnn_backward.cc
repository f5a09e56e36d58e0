#include <algorithm>
#include <cmath>
#include <vector>

#include "rnn_saved.h"
#include "rnn_weights.h"
#include "scalar.h"

namespace fakecuda {
namespace {

// Gradients of one row of one pseudo-layer as they go back through the steps.
class BackwardStepper {
 public:
  BackwardStepper(const Network& network, const LayerWeights& weights)
      : net_(network),
        weights_(weights),
        dh(net_.state),
        dc(net_.hidden),
        back_(net_.state),
        full_(net_.hidden) {}

  // dh and dc come in as the gradients of this step's states and go out as those of the step
  // before; dx is added to.
  void Step(const Saved& saved, size_t t, size_t n, const double* h_before, const double* c_before,
            double* dx) {
    const size_t p = weights_.pseudo;
    double* act = saved.gates(p, t, n);
    double* extra = saved.extra(p, t, n);
    const size_t gates = net_.gates();
    std::fill(back_.begin(), back_.end(), 0.0);
    const double* from_above = dh.data();
    if (net_.projects()) {
      std::copy(dh.begin(), dh.end(), saved.dout(p, t, n));
      std::fill(full_.begin(), full_.end(), 0.0);
      weights_.MultiplyTransposed(2 * gates, dh.data(), full_.data());
      from_above = full_.data();
    }
    for (size_t u = 0; u < net_.hidden; ++u) {
      switch (net_.cell) {
        case kLstm:
          Lstm(u, from_above[u], act, extra, c_before[u]);
          break;
        case kGru:
          Gru(u, from_above[u], act, extra, h_before[u]);
          break;
        case kTanh:
          act[u] = from_above[u] * (1 - act[u] * act[u]);
          break;
        default:
          act[u] = act[u] > 0 ? from_above[u] : 0;
      }
    }
    for (size_t g = 0; g < gates; ++g) {
      weights_.MultiplyTransposed(g, act + g * net_.hidden, dx);
      const bool apart = net_.cell == kGru && g == 2;
      weights_.MultiplyTransposed(gates + g, apart ? extra : act + g * net_.hidden, back_.data());
    }
    dh.swap(back_);
  }

 private:
  void Lstm(size_t u, double dh_u, double* act, const double* extra, double c_before) {
    const size_t size = net_.hidden;
    const double i = act[u];
    const double f = act[size + u];
    const double g = act[2 * size + u];
    const double o = act[3 * size + u];
    const double c = extra[u];
    const double squashed = std::tanh(c);
    double dc_u = dc[u] + dh_u * o * (1 - squashed * squashed);
    if (net_.clips && (c <= net_.clip_low || c >= net_.clip_high)) dc_u = 0;
    act[u] = dc_u * g * i * (1 - i);
    act[size + u] = dc_u * c_before * f * (1 - f);
    act[2 * size + u] = dc_u * i * (1 - g * g);
    act[3 * size + u] = dh_u * squashed * o * (1 - o);
    dc[u] = dc_u * f;
  }

  void Gru(size_t u, double dh_u, double* act, double* extra, double h_before) {
    const size_t size = net_.hidden;
    const double r = act[u];
    const double z = act[size + u];
    const double candidate = act[2 * size + u];
    const double dn = dh_u * (1 - z) * (1 - candidate * candidate);
    act[u] = dn * extra[u] * r * (1 - r);
    act[size + u] = dh_u * (h_before - candidate) * z * (1 - z);
    act[2 * size + u] = dn;
    extra[u] = dn * r;
    back_[u] = dh_u * z;
  }

  const Network& net_;
  const LayerWeights& weights_;

 public:
  std::vector<double> dh;
  std::vector<double> dc;

 private:
  std::vector<double> back_;
  std::vector<double> full_;
};

std::vector<double> StateRow(const void* state, int type, size_t row, size_t width) {
  std::vector<double> values(width);
  for (size_t i = 0; state != nullptr && i < width; ++i)
    values[i] = LoadScalar(state, type, row * width + i);
  return values;
}

void StoreRow(void* state, int type, size_t row, const std::vector<double>& values) {
  for (size_t i = 0; state != nullptr && i < values.size(); ++i) {
    StoreScalar(state, type, row * values.size() + i, values[i]);
  }
}

ReserveHeader& HeaderOf(void* reserve) { return *static_cast<ReserveHeader*>(reserve); }

Saved SavedIn(const RnnCall& call, void* reserve) {
  return Saved(call.network, call.x.steps, call.x.rows,
               reinterpret_cast<double*>(static_cast<char*>(reserve) + sizeof(ReserveHeader)));
}

// Backward through one pseudo-layer: dout [T, N, D*P] is read, dinput [T, N, C_k] is added to.
void BackThrough(const RnnCall& call, const RnnMemory& memory, const Saved& saved, size_t p,
                 const std::vector<double>& dout, std::vector<double>* dinput) {
  const Network& net = call.network;
  const size_t rows = call.x.rows;
  const auto directions = static_cast<size_t>(net.directions);
  const size_t d = p % directions;
  const size_t width = net.inputs_of(p / directions);
  const LayerWeights weights(call, memory.weights, p);
  for (size_t n = 0; n < rows; ++n) {
    BackwardStepper stepper(net, weights);
    stepper.dh = StateRow(memory.dhy, net.type, p * rows + n, net.state);
    stepper.dc = StateRow(memory.dcy, net.type, p * rows + n, net.hidden);
    const std::vector<double> hx = StateRow(memory.hx, net.type, p * rows + n, net.state);
    const std::vector<double> cx = StateRow(memory.cx, net.type, p * rows + n, net.hidden);
    const auto length = static_cast<size_t>(call.x.lengths[n]);
    for (size_t s = length; s-- > 0;) {
      const size_t t = StepAt(s, length, d);
      const double* above = &dout[((t * rows + n) * directions + d) * net.state];
      for (size_t i = 0; i < net.state; ++i) stepper.dh[i] += above[i];
      const size_t before = s > 0 ? StepAt(s - 1, length, d) : 0;
      stepper.Step(saved, t, n, s > 0 ? saved.out(p, before, n) : hx.data(),
                   s > 0 ? saved.extra(p, before, n) : cx.data(),
                   &(*dinput)[(t * rows + n) * width]);
    }
    StoreRow(memory.dhx, net.type, p * rows + n, stepper.dh);
    if (net.cell == kLstm) StoreRow(memory.dcx, net.type, p * rows + n, stepper.dc);
  }
}

// dy as [T, N, D*P], zero where there is no step.
std::vector<double> LoadUpstream(const RnnCall& call, const void* dy) {
  const Sequences& y = call.y;
  std::vector<double> upstream(y.steps * y.rows * y.width);
  for (size_t n = 0; n < y.rows; ++n) {
    for (size_t t = 0; t < static_cast<size_t>(y.lengths[n]); ++t) {
      for (size_t i = 0; i < y.width; ++i) {
        upstream[(t * y.rows + n) * y.width + i] =
            LoadScalar(dy, call.network.type, y.at(t, n) + i);
      }
    }
  }
  return upstream;
}

void StoreInputGradient(const RnnCall& call, const std::vector<double>& dinput, void* dx) {
  const Sequences& x = call.x;
  for (size_t n = 0; n < x.rows; ++n) {
    for (size_t t = 0; t < x.steps; ++t) {
      const bool valid = t < static_cast<size_t>(x.lengths[n]);
      if (!valid && x.layout == kSeqMajorPacked) continue;
      for (size_t i = 0; i < x.width; ++i) {
        // Nothing in the documentation says what stands in the padding: the fill value is for y.
        StoreScalar(dx, call.network.type, x.at(t, n) + i,
                    valid ? dinput[(t * x.rows + n) * x.width + i] : NAN);
      }
    }
  }
}

// Adds outer products of gradients and inputs to one region of the weight space.
class RegionSum {
 public:
  explicit RegionSum(const Region& region) : region_(region), sum_(region.rows * region.cols) {}

  void Add(const double* rows, const double* cols) {
    double* at = sum_.data();
    for (size_t i = 0; i < region_.rows; ++i) {
      for (size_t j = 0; j < region_.cols; ++j) *at++ += rows[i] * cols[j];
    }
  }

  void Finish(void* space, int type) const {
    for (size_t i = 0; i < sum_.size(); ++i) {
      StoreScalar(space, type, region_.offset + i,
                  LoadScalar(space, type, region_.offset + i) + sum_[i]);
    }
  }

 private:
  Region region_;
  std::vector<double> sum_;
};

void LayerGradients(const RnnCall& call, const RnnMemory& memory, const Saved& saved, size_t p,
                    const std::vector<double>& input) {
  const Network& net = call.network;
  const size_t rows = call.x.rows;
  const size_t gates = net.gates();
  const auto directions = static_cast<size_t>(net.directions);
  std::vector<RegionSum> matrices;
  std::vector<RegionSum> biases;
  for (size_t id = 0; id < call.map->ids(); ++id) {
    matrices.emplace_back(call.map->matrix(p, id));
    biases.emplace_back(call.map->bias(p, id));
  }
  const double one = 1;
  for (size_t n = 0; n < rows; ++n) {
    const std::vector<double> hx = StateRow(memory.hx, net.type, p * rows + n, net.state);
    const auto length = static_cast<size_t>(call.x.lengths[n]);
    for (size_t s = 0; s < length; ++s) {
      const size_t t = StepAt(s, length, p % directions);
      const double* h_before =
          s > 0 ? saved.out(p, StepAt(s - 1, length, p % directions), n) : hx.data();
      for (size_t g = 0; g < gates; ++g) {
        const double* gradient = saved.gates(p, t, n) + g * net.hidden;
        const double* recurrent = net.cell == kGru && g == 2 ? saved.extra(p, t, n) : gradient;
        matrices[g].Add(gradient, &input[(t * rows + n) * net.inputs_of(p / directions)]);
        matrices[gates + g].Add(recurrent, h_before);
        biases[g].Add(gradient, &one);
        biases[gates + g].Add(recurrent, &one);
      }
      if (net.projects()) matrices[2 * gates].Add(saved.dout(p, t, n), saved.full(p, t, n));
    }
  }
  for (const RegionSum& sum : matrices) sum.Finish(memory.dweights, net.type);
  for (const RegionSum& sum : biases) sum.Finish(memory.dweights, net.type);
}

}  // namespace

void RnnBackwardData(const RnnCall& call, const RnnMemory& memory) {
  if (!ReserveIs(call, memory.reserve, Stage::kForward)) return;
  const Network& net = call.network;
  ReserveHeader& header = HeaderOf(memory.reserve);
  if (header.y != HashOf(call.y, memory.y, 2))
    Breach("y changed between forward and backward data");
  if (header.weights != HashOf(memory.weights, call.map->elements() * ElementSize(net.type))) {
    Breach("the weights changed between forward and backward data");
  }
  const Saved saved = SavedIn(call, memory.reserve);
  const auto directions = static_cast<size_t>(net.directions);
  std::vector<double> gradient = LoadUpstream(call, memory.dy);
  for (size_t layer = net.layers; layer-- > 0;) {
    const size_t width = net.inputs_of(layer);
    std::vector<double> below(call.x.steps * call.x.rows * width);
    for (size_t d = 0; d < directions; ++d) {
      BackThrough(call, memory, saved, layer * directions + d, gradient, &below);
    }
    for (size_t i = 0; layer > 0 && i < below.size(); ++i) {
      const size_t cell = i / width;
      below[i] *= DropoutFactor(net, header.draw, layer - 1, cell / call.x.rows, cell % call.x.rows,
                                i % width);
    }
    gradient = std::move(below);
  }
  StoreInputGradient(call, gradient, memory.dx);
  header.stage = Stage::kBackwardData;
}

void RnnBackwardWeights(const RnnCall& call, const RnnMemory& memory) {
  if (!ReserveIs(call, memory.reserve, Stage::kBackwardData)) return;
  const Network& net = call.network;
  const ReserveHeader& header = HeaderOf(memory.reserve);
  if (header.x != HashOf(call.x, memory.x, 1))
    Breach("x changed between forward and backward weights");
  if (header.y != HashOf(call.y, memory.y, 2))
    Breach("y changed between forward and backward weights");
  const Saved saved = SavedIn(call, memory.reserve);
  const auto directions = static_cast<size_t>(net.directions);
  for (size_t layer = 0; layer < net.layers; ++layer) {
    const std::vector<double> input = LayerInput(call, memory.x, saved, header.draw, layer);
    for (size_t d = 0; d < directions; ++d) {
      LayerGradients(call, memory, saved, layer * directions + d, input);
    }
  }
}

}  // namespace fakecuda
