// The stand-in itself: its gradients are those of its own forward pass, and it tells of the
// breaches that it is there to tell of.
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "../check.h"
#include "cuda_shim.h"
#include "device.h"
#include "kernels.h"
#include "rnn_math.h"
#include "scalar.h"

extern "C" {
int cudaMalloc(void** pointer, size_t bytes);
int cudaFree(void* pointer);
int cudaMemcpy(void* to, const void* from, size_t bytes, int kind);
int cudaStreamCreateWithFlags(void** stream, unsigned flags);
int cudaStreamDestroy(void* stream);
int cudaStreamSynchronize(void* stream);
int cudaStreamBeginCapture(void* stream, int mode);
int cudaStreamEndCapture(void* stream, void** graph);
int cudaGraphInstantiate(void** exec, void* graph, unsigned long long flags);  // NOLINT
int cudaGraphLaunch(void* exec, void* stream);
int cudaGraphExecDestroy(void* exec);
int cudaGraphDestroy(void* graph);
int cudaMemsetAsync(void* pointer, int value, size_t bytes, void* stream);
int cudnnCreateRNNDescriptor(void** desc);
int cudnnDestroyRNNDescriptor(void* desc);
int cudnnSetRNNDescriptor_v8(void* desc, int algorithm, int cell, int bias, int direction,
                             int input_mode, int type, int math_precision, int math, int inputs,
                             int hidden, int projection, int layers, void* dropout, unsigned flags);
}

namespace fakecuda {
namespace {

using Numbers = std::vector<double>;

// A network with everything that flows into its loss: the sum of all results, each times a weight.
struct Case {
  RnnCall call;
  Numbers weights, x, hx, cx, dy, dhy, dcy;

  Case(Network network, std::vector<int> lengths, size_t steps) {
    call.network = network;
    call.map = std::make_shared<WeightMap>(network);
    call.x.type = call.y.type = network.type;
    call.x.layout = call.y.layout = kSeqMajor;
    call.x.steps = call.y.steps = steps;
    call.x.rows = call.y.rows = lengths.size();
    call.x.width = network.inputs;
    call.y.width = network.state * static_cast<size_t>(network.directions);
    call.x.lengths = call.y.lengths = lengths;
    const size_t states = network.pseudo_layers() * lengths.size();
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(-0.9, 0.9);
    const auto draw = [&](size_t count) {
      Numbers values(count);
      for (double& value : values) value = uniform(random);
      return values;
    };
    weights = draw(call.map->elements());
    x = draw(call.x.elements());
    hx = draw(states * network.state);
    cx = draw(states * network.hidden);
    dy = draw(call.y.elements());
    dhy = draw(states * network.state);
    dcy = draw(states * network.hidden);
  }

  double Loss() const {
    Numbers y(call.y.elements()), hy(hx.size()), cy(cx.size());
    RnnMemory memory = Inputs();
    memory.y = y.data();
    memory.hy = hy.data();
    memory.cy = cy.data();
    RnnForward(call, memory, false);
    double loss = 0;
    for (size_t n = 0; n < call.y.rows; ++n) {
      for (size_t t = 0; t < static_cast<size_t>(call.y.lengths[n]); ++t) {
        for (size_t i = 0; i < call.y.width; ++i)
          loss += y[call.y.at(t, n) + i] * dy[call.y.at(t, n) + i];
      }
    }
    for (size_t i = 0; i < hy.size(); ++i) loss += hy[i] * dhy[i];
    for (size_t i = 0; call.network.cell == kLstm && i < cy.size(); ++i) loss += cy[i] * dcy[i];
    return loss;
  }

  RnnMemory Inputs() const {
    RnnMemory memory;
    memory.x = x.data();
    memory.hx = hx.data();
    memory.cx = cx.data();
    memory.weights = weights.data();
    return memory;
  }
};

// Central differences of float64: their own error is about 1e-10 here.
void Compare(Case* of, Numbers Case::*input, const Numbers& gradient, const std::string& name) {
  constexpr double kStep = 1e-5;
  for (size_t i = 0; i < (of->*input).size(); ++i) {
    if (std::isnan(gradient[i])) continue;  // padding
    double& value = (of->*input)[i];
    const double kept = value;
    value = kept + kStep;
    const double above = of->Loss();
    value = kept - kStep;
    const double below = of->Loss();
    value = kept;
    const double expected = (above - below) / (2 * kStep);
    EXPECT(std::fabs(expected - gradient[i]) < 1e-8, "%s[%zu]: %.12g, not %.12g", name.c_str(), i,
           gradient[i], expected);
  }
}

void CheckGradients(Network network, const std::string& name) {
  Case of(network, {3, 1, 4}, 4);
  Numbers y(of.call.y.elements()), hy(of.hx.size()), cy(of.cx.size());
  Numbers dx(of.x.size()), dhx(of.hx.size()), dcx(of.cx.size()), dweights(of.weights.size());
  std::vector<char> reserve(ReserveBytes(network, of.call.x.steps, of.call.x.rows));
  RnnMemory memory = of.Inputs();
  memory.y = y.data();
  memory.hy = hy.data();
  memory.cy = cy.data();
  memory.reserve = reserve.data();
  RnnForward(of.call, memory, true);
  memory.dy = of.dy.data();
  memory.dhy = of.dhy.data();
  memory.dcy = of.dcy.data();
  memory.dx = dx.data();
  memory.dhx = dhx.data();
  memory.dcx = dcx.data();
  memory.dweights = dweights.data();
  RnnBackwardWeights(of.call, memory);
  EXPECT(Breaches().find("before backward data") != std::string::npos, "%s", Breaches().c_str());
  ForgetBreaches();
  RnnBackwardData(of.call, memory);
  RnnBackwardWeights(of.call, memory);
  EXPECT(Breaches().empty(), "%s: %s", name.c_str(), Breaches().c_str());
  Compare(&of, &Case::x, dx, name + " x");
  Compare(&of, &Case::hx, dhx, name + " hx");
  if (network.cell == kLstm) Compare(&of, &Case::cx, dcx, name + " cx");
  Compare(&of, &Case::weights, dweights, name + " weights");
}

Network SmallNetwork(int cell) {
  Network network;
  network.algorithm = kStandard;
  network.cell = cell;
  network.bias = kDoubleBias;
  network.type = network.math_precision = kDouble;
  network.inputs = 3;
  network.hidden = network.state = 4;
  network.layers = 2;
  return network;
}

void GradientsAreThoseOfForward() {
  for (int cell = kRelu; cell <= kGru; ++cell) {
    Network network = SmallNetwork(cell);
    CheckGradients(network, "cell " + std::to_string(cell));
    network.directions = 2;
    network.bias = kInputBias;
    CheckGradients(network, "bidirectional cell " + std::to_string(cell));
  }
  Network network = SmallNetwork(kLstm);
  network.state = 2;
  network.directions = 2;
  CheckGradients(network, "projection");
  network.clips = true;
  network.clip_low = -0.3;
  network.clip_high = 0.3;
  CheckGradients(network, "clip");
}

void RoundsToHalf() {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    uint16_t half = static_cast<uint16_t>(bits);
    const double value = LoadScalar(&half, kHalf, 0);
    uint16_t back = 0;
    StoreScalar(&back, kHalf, 0, value * (1 + 1e-9));
    EXPECT(back == half, "%u came back as %u", bits, back);
  }
  uint16_t tie = 0;
  StoreScalar(&tie, kHalf, 0, 1 + 0x1p-11);
  EXPECT(tie == 0x3c00, "a tie went to %x", tie);
}

void MemoryIsWatched() {
  void* memory = nullptr;
  EXPECT(cudaMalloc(&memory, 8) == 0, "no memory");
  float values[2] = {};
  cudaMemcpy(values, memory, sizeof values, 2);
  EXPECT(std::isnan(values[0]) && std::isnan(values[1]), "new memory is not poisoned: %g",
         static_cast<double>(values[0]));
  cudaMemcpy(memory, values, sizeof values + 1, 1);
  EXPECT(Breaches().find("9 bytes") != std::string::npos, "%s", Breaches().c_str());
  ForgetBreaches();
  cudaFree(memory);
  cudaMemcpy(memory, values, sizeof values, 1);
  EXPECT(Breaches().find("freed device memory") != std::string::npos, "%s", Breaches().c_str());
  ForgetBreaches();
  EXPECT(cudaFree(values) != 0, "host memory was freed as device memory");
  ForgetBreaches();
}

void WorkWaitsUntilSomebodyDoes() {
  void* stream = nullptr;
  void* memory = nullptr;
  cudaStreamCreateWithFlags(&stream, 1);
  cudaMalloc(&memory, 4);
  cudaMemsetAsync(memory, 0, 4, stream);
  float value = 0;
  cudaMemcpy(&value, memory, 4, 2);
  EXPECT(std::isnan(value), "a queued memset was done early");
  cudaStreamSynchronize(stream);
  cudaMemcpy(&value, memory, 4, 2);
  EXPECT(value == 0, "a queued memset was not done");

  EXPECT(cudaStreamBeginCapture(stream, 0) == 0, "no capture");
  cudaMemsetAsync(memory, 1, 4, stream);
  void* graph = nullptr;
  EXPECT(cudaStreamEndCapture(stream, &graph) == 0, "no graph");
  cudaMemcpy(&value, memory, 4, 2);
  EXPECT(value == 0, "captured work was done");
  void* exec = nullptr;
  cudaGraphInstantiate(&exec, graph, 0);
  cudaGraphDestroy(graph);
  cudaGraphLaunch(exec, stream);
  cudaStreamSynchronize(stream);
  cudaMemcpy(&value, memory, 4, 2);
  EXPECT(value != 0, "a launched graph did nothing");

  EXPECT(cudaStreamBeginCapture(stream, 0) == 0, "no second capture");
  void* more = nullptr;
  EXPECT(cudaMalloc(&more, 4) == 900, "memory was taken during a capture");
  EXPECT(cudaStreamEndCapture(stream, &graph) == 901, "a spoilt capture gave a graph");
  cudaGraphExecDestroy(exec);
  cudaFree(memory);
  cudaStreamDestroy(stream);
  EXPECT(Breaches().empty(), "%s", Breaches().c_str());
}

// Blocks of several sizes, one grid after the other: a thread's stack serves all of them.
void ThreadsMeetAtBarriers() {
  constexpr unsigned kBlocks = 3;
  constexpr unsigned kRounds = 10;
  for (const unsigned threads : {2U, 256U, 34U, 64U}) {
    std::vector<unsigned> ring(threads);
    std::vector<unsigned> swapped(threads);
    std::vector<unsigned> wrong(kBlocks);
    RunGrid("ring", {kBlocks, 1, 1}, {threads, 1, 1}, [&] {
      const unsigned self = threadIdx.x;
      ring[self] = self + blockIdx.x;
      __syncthreads();
      for (unsigned round = 0; round < kRounds; ++round) {
        const unsigned next = ring[(self + 1) % threads];
        __syncthreads();
        ring[self] = next;
        __syncthreads();
      }
      swapped[self] = __shfl_xor_sync(0xffffffffU, ring[self], 1);
      if (ring[self] != (self + kRounds) % threads + blockIdx.x) ++wrong[blockIdx.x];
      if (swapped[self] != ring[self ^ 1]) ++wrong[blockIdx.x];
    });
    for (unsigned block = 0; block < kBlocks; ++block) {
      EXPECT(wrong[block] == 0, "%u values in block %u of %u threads", wrong[block], block,
             threads);
    }
  }
}

void RefusesWhatTheRealLibraryWasSeenToRefuse() {
  void* desc = nullptr;
  cudnnCreateRNNDescriptor(&desc);
  const auto set = [&](int algorithm, int cell, int bias, int type, int precision, int projection) {
    return cudnnSetRNNDescriptor_v8(desc, algorithm, cell, bias, 0, 0, type, precision, 3, 3, 4,
                                    projection, 1, nullptr, 0);
  };
  EXPECT(set(kStandard, kLstm, kDoubleBias, kFloat, kFloat, 4) == 0, "a plain LSTM");
  EXPECT(set(kStandard, kLstm, kDoubleBias, kFloat, kFloat, 0) != 0, "projSize 0");
  EXPECT(set(kStandard, kLstm, kDoubleBias, kFloat, kFloat, 2) == 0, "projection");
  EXPECT(set(kStandard, kGru, kDoubleBias, kFloat, kFloat, 2) != 0, "projection of a GRU");
  EXPECT(set(kPersistStatic, kLstm, kDoubleBias, kFloat, kFloat, 2) != 0, "projection, persistent");
  EXPECT(set(kSmallH, kLstm, kNoBias, kFloat, kFloat, 4) != 0, "small H without a bias");
  EXPECT(set(kSmallH, kLstm, kDoubleBias, kDouble, kDouble, 4) != 0, "small H in float64");
  EXPECT(set(kPersistStatic, kLstm, kDoubleBias, kDouble, kDouble, 4) != 0,
         "persistent in float64");
  EXPECT(set(kStandard, kLstm, kDoubleBias, kDouble, kFloat, 4) != 0, "float64 with float32 math");
  EXPECT(set(kStandard, kLstm, kDoubleBias, kBfloat16, kBfloat16, 4) != 0, "bfloat16 math");
  cudnnDestroyRNNDescriptor(desc);
  EXPECT(cudnnDestroyRNNDescriptor(desc) != 0, "destroyed twice");
  ForgetBreaches();
}

void NothingLives() { EXPECT(Living().empty(), "%s", Living().c_str()); }

}  // namespace
}  // namespace fakecuda

int main() {
  fakecuda::GradientsAreThoseOfForward();
  fakecuda::RoundsToHalf();
  fakecuda::MemoryIsWatched();
  fakecuda::WorkWaitsUntilSomebodyDoes();
  fakecuda::ThreadsMeetAtBarriers();
  fakecuda::RefusesWhatTheRealLibraryWasSeenToRefuse();
  fakecuda::NothingLives();
  return fusedrnn::check::Summary("fakecuda_test");
}
