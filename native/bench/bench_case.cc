#include "bench_case.h"

#include <algorithm>
#include <cmath>

#include "status.h"

namespace fusedrnn {
namespace {

constexpr const char* kCellNames[] = {"rnn", "lstm", "gru"};
constexpr const char* kKindNames[] = {"step", "sequence", "batched", "training"};

[[noreturn]] void FailAsLast() { Fail(fr_last_status(), "%s", fr_last_error()); }

void Check(int32_t status) {
  if (status != FR_OK) FailAsLast();
}

}  // namespace

std::string Label(const Work& w) {
  std::string label = kCellNames[static_cast<int>(w.cell)];
  label += std::string(" ") + kKindNames[static_cast<int>(w.kind)];
  label += " T" + std::to_string(w.t) + "_N" + std::to_string(w.n) + "_C" + std::to_string(w.c) +
           "_H" + std::to_string(w.h) + "_L" + std::to_string(w.layers);
  return w.directions == 2 ? label + "_D2" : label;
}

const char* ProductsName(int32_t products) {
  switch (products) {
    case FR_PRODUCTS_PACKED:
      return "packed";
    case FR_PRODUCTS_OPENBLAS:
      return "openblas";
    case FR_PRODUCTS_FLOAT16:
      return "float16";
    case FR_PRODUCTS_INT8:
      return "int8";
    default:
      return "";
  }
}

BenchCase::BenchCase(const Work& work, int32_t isa, int32_t products, int threads)
    : work_(work), isa_(isa), products_(products), threads_(threads) {
  fr_desc desc{};
  desc.cell = work.cell == Cell::kLstm  ? FR_CELL_LSTM
              : work.cell == Cell::kGru ? FR_CELL_GRU
                                        : FR_CELL_RNN;
  desc.input_size = static_cast<int32_t>(work.c);
  desc.hidden_size = static_cast<int32_t>(work.h);
  desc.layers = static_cast<int32_t>(work.layers);
  desc.direction = work.directions == 2 ? FR_DIRECTION_BIDIRECTIONAL : FR_DIRECTION_FORWARD;
  desc.bias = 1;
  for (int direction = 0; direction < 2; ++direction) {
    int32_t* kind = desc.activation + 3 * direction;
    kind[0] = work.cell == Cell::kRnn ? FR_ACT_TANH : FR_ACT_SIGMOID;
    kind[1] = kind[2] = FR_ACT_TANH;
  }
  layer_.reset(fr_layer_create(&desc, isa, products));
  if (layer_ == nullptr) FailAsLast();
  PlaceWeights();
  Pack();

  const int32_t t = static_cast<int32_t>(work.t), n = static_cast<int32_t>(work.n);
  const bool training = work.kind == Kind::kTraining;
  plan_.reset(fr_plan_create(layer_.get(), t, n, threads, training ? 1 : 0, nullptr));
  if (plan_ == nullptr) FailAsLast();

  const int64_t rows = work.t * work.n, width = work.directions * work.h;
  const int64_t states = work.layers * work.directions * work.n * work.h;
  call_.t = t;
  call_.n = n;
  call_.x = Buffer(rows * work.c, 1.0f);
  call_.y = Buffer(rows * width, 0.0f);
  if (!training) {
    call_.h0 = call_.hn = Buffer(states, 0.0f);
    if (work.cell == Cell::kLstm) call_.c0 = call_.cn = Buffer(states, 0.0f);
    return;
  }
  const int64_t reserve = fr_reserve_bytes(layer_.get(), t, n);
  if (reserve < 0) FailAsLast();
  call_.reserve = Buffer((reserve + 3) / 4, 0.0f);
  call_.dy = Buffer(rows * width, 0.01f);
  call_.dx = Buffer(rows * work.c, 0.0f);
  call_.dweights = Buffer(weight_count_, 0.0f);
}

fr_address BenchCase::Buffer(int64_t floats, float scale) {
  buffers_.emplace_back(floats * static_cast<int64_t>(sizeof(float)));
  float* values = buffers_.back().floats();
  for (int64_t i = 0; i < floats; ++i) {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX generator
    values[i] = scale * (static_cast<float>(random_ >> 40) * 0x1p-23f - 1.0f);
  }
  return reinterpret_cast<fr_address>(values);
}

void BenchCase::PlaceWeights() {
  const int64_t gates = work_.Gates() * work_.h;
  for (int64_t layer = 0; layer < work_.layers; ++layer) {
    const int64_t width = layer == 0 ? work_.c : work_.directions * work_.h;
    for (int64_t direction = 0; direction < work_.directions; ++direction) {
      const int64_t sizes[FR_WEIGHT_KINDS] = {gates * width, gates * work_.h, gates, gates, 0, 0};
      for (const int64_t size : sizes) {
        offsets_.push_back(size == 0 ? -1 : weight_count_);
        weight_count_ += size;
      }
    }
  }
  weights_ = Buffer(weight_count_, 1.0f / std::sqrt(static_cast<float>(work_.h)));
}

void BenchCase::Pack() {
  const int32_t training = work_.kind == Kind::kTraining ? 1 : 0;
  packed_.reset(fr_pack(layer_.get(), training, weights_, offsets_.data(), nullptr));
  if (packed_ == nullptr) FailAsLast();
}

void BenchCase::Call() {
  if (work_.kind != Kind::kTraining) {
    Check(fr_infer(plan_.get(), packed_.get(), call_.t, call_.n, 0, call_.x, call_.h0, call_.c0,
                   call_.y, call_.hn, call_.cn));
    return;
  }
  Pack();
  fr_fill(call_.dweights, weight_count_, 0.0f);
  Check(fr_forward(plan_.get(), packed_.get(), &call_));
  Check(fr_backward(plan_.get(), packed_.get(), &call_));
}

}  // namespace fusedrnn
