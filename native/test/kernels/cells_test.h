// One step of a cell as the tests see it: inputs in canonical order, a float64 oracle, and calls of
// the fused and the pointwise kernels.
#pragma once

#include "kernel_test.h"

namespace fusedrnn {

struct CellShape {
  int32_t cell;  // FR_CELL_*
  int64_t rows, hidden, k;
  float cell_clip = 0.0f;
  int32_t activation = FR_ACT_TANH;
  float scale = 1.0f;  // of the input part: 20 saturates gates
  uint64_t seed = 1;

  int64_t gates() const { return cell == FR_CELL_LSTM ? 4 : cell == FR_CELL_GRU ? 3 : 1; }
  int64_t vectors() const { return cell == FR_CELL_GRU ? 3 : 4; }
  bool with_gates() const { return cell != FR_CELL_RNN; }
};

struct CellInputs {
  Guarded weights;      // [G*H, K]
  Guarded input;        // [R, G*H]: input part with biases
  Guarded h_prev;       // [R, K]
  Guarded c_prev;       // [R, H]
  Guarded hidden_bias;  // [1, H]
  explicit CellInputs(const CellShape& s)
      : weights(s.gates() * s.hidden, s.k),
        input(s.rows, s.gates() * s.hidden),
        h_prev(s.rows, s.k),
        c_prev(s.rows, s.hidden),
        hidden_bias(1, s.hidden) {
    Random random(s.seed);
    weights.Fill(random, 1.0f / std::sqrt(static_cast<float>(s.k)));
    input.Fill(random, s.scale);
    h_prev.Fill(random);
    c_prev.Fill(random, 2.0f);
    hidden_bias.Fill(random);
  }
};

// What one step gives: h, c (LSTM), the activated gates [R, G*H] (LSTM, GRU) and hidden_n (GRU).
template <class Matrix>
struct CellResult {
  Matrix h, c, gates, hidden_n;
};

class DoubleMatrix {
 public:
  DoubleMatrix(int64_t rows, int64_t columns)
      : columns_(columns), data_(static_cast<size_t>(rows * columns)) {}
  double& at(int64_t r, int64_t c) { return data_[static_cast<size_t>(r * columns_ + c)]; }
  double at(int64_t r, int64_t c) const { return data_[static_cast<size_t>(r * columns_ + c)]; }

 private:
  int64_t columns_;
  std::vector<double> data_;
};

inline double ActivateExactly(int32_t activation, double x) {
  switch (activation) {
    case FR_ACT_TANH:
      return std::tanh(x);
    case FR_ACT_SIGMOID:
      return Logistic(x);
    case FR_ACT_RELU:
      return x > 0.0 ? x : 0.0;
    default:
      return x;
  }
}

inline CellResult<DoubleMatrix> Oracle(const CellShape& s, const CellInputs& in) {
  const int64_t H = s.hidden;
  CellResult<DoubleMatrix> out{DoubleMatrix(s.rows, H), DoubleMatrix(s.rows, H),
                               DoubleMatrix(s.rows, s.gates() * H), DoubleMatrix(s.rows, H)};
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double product[4] = {0.0, 0.0, 0.0, 0.0}, pre[4] = {0.0, 0.0, 0.0, 0.0};
      for (int64_t g = 0; g < s.gates(); ++g) {
        for (int64_t k = 0; k < s.k; ++k) {
          product[g] += static_cast<double>(in.weights.at(g * H + u, k)) *
                        static_cast<double>(in.h_prev.at(r, k));
        }
        pre[g] = product[g] + static_cast<double>(in.input.at(r, g * H + u));
      }
      if (s.cell == FR_CELL_LSTM) {
        const double i = Logistic(pre[0]), f = Logistic(pre[1]), g = std::tanh(pre[2]),
                     o = Logistic(pre[3]);
        double c = f * static_cast<double>(in.c_prev.at(r, u)) + i * g;
        const double clip = static_cast<double>(s.cell_clip);
        if (clip > 0.0) c = std::fmax(-clip, std::fmin(clip, c));
        out.c.at(r, u) = c;
        out.h.at(r, u) = o * std::tanh(c);
        out.gates.at(r, u) = i;
        out.gates.at(r, H + u) = f;
        out.gates.at(r, 2 * H + u) = g;
        out.gates.at(r, 3 * H + u) = o;
      } else if (s.cell == FR_CELL_GRU) {
        const double hidden_n = product[2] + static_cast<double>(in.hidden_bias.at(0, u));
        const double reset = Logistic(pre[0]), z = Logistic(pre[1]);
        const double n =
            std::tanh(static_cast<double>(in.input.at(r, 2 * H + u)) + reset * hidden_n);
        out.h.at(r, u) = (1.0 - z) * n + z * static_cast<double>(in.h_prev.at(r, u));
        out.gates.at(r, u) = reset;
        out.gates.at(r, H + u) = z;
        out.gates.at(r, 2 * H + u) = n;
        out.hidden_n.at(r, u) = hidden_n;
      } else {
        out.h.at(r, u) = ActivateExactly(s.activation, pre[0]);
      }
    }
  }
  return out;
}

struct StepOptions {
  bool save = true;
  bool descending = false;
  bool c_in_place = false;
  int64_t first_row = 0;  // rows [first_row, first_row + rows)
  int64_t rows = -1;      // -1: all
  int64_t split = -1;     // >= 0: two calls, panels [0, split) and [split, count)
};

// Where unit u of gate g stands in a row in panel layout.
inline int64_t PanelColumn(const CellShape& s, int64_t width, int64_t gate, int64_t unit) {
  return s.with_gates() ? unit / width * s.gates() * width + gate * width + unit % width : unit;
}

// Runs the fused step; checks on its own that nothing outside was written. Gates come back in
// canonical order.
inline CellResult<Guarded> RunStep(const KernelTable& table, const CellShape& s,
                                   const CellInputs& in, const StepOptions& options) {
  const int64_t H = s.hidden, V = table.width;
  const int64_t rows = options.rows < 0 ? s.rows : options.rows;
  const int64_t count = PanelCount(H, s.vectors(), V, s.with_gates());
  const Panels panels = Pack(in.weights, H, s.vectors(), V, s.with_gates());
  CellResult<Guarded> out{Guarded(rows, H), Guarded(rows, H), Guarded(rows, s.gates() * H),
                          Guarded(rows, H)};
  Guarded gates(rows, count * s.vectors() * V);
  Guarded bias(1, count * s.vectors() * V);
  Guarded c_prev(rows, H), h_prev(rows, s.k);
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t from = options.first_row + r;
    for (int64_t g = 0; g < s.gates(); ++g) {
      for (int64_t u = 0; u < H; ++u) {
        gates.at(r, PanelColumn(s, V, g, u)) = in.input.at(from, g * H + u);
      }
    }
    for (int64_t u = 0; u < H; ++u) {
      c_prev.at(r, u) = in.c_prev.at(from, u);
      if (options.c_in_place) out.c.at(r, u) = in.c_prev.at(from, u);
    }
    for (int64_t k = 0; k < s.k; ++k) h_prev.at(r, k) = in.h_prev.at(from, k);
  }
  for (int64_t u = 0; u < H; ++u) bias.at(0, u) = in.hidden_bias.at(0, u);

  StepArgs args{};
  args.rows = rows;
  args.hidden = H;
  args.k = s.k;
  args.panels = panels.get();
  args.descending = options.descending;
  args.save = options.save;
  args.gates = gates.data();
  args.ld_gates = gates.ld();
  args.h_prev = h_prev.data();
  args.ld_h_prev = h_prev.ld();
  args.h_out = out.h.data();
  args.ld_h_out = out.h.ld();
  args.c_prev = options.c_in_place ? out.c.data() : c_prev.data();
  args.ld_c_prev = options.c_in_place ? out.c.ld() : c_prev.ld();
  args.c_out = out.c.data();
  args.ld_c_out = out.c.ld();
  args.hidden_bias = bias.data();
  args.hidden_n = options.save ? out.hidden_n.data() : nullptr;
  args.ld_hidden_n = out.hidden_n.ld();
  args.cell_clip = s.cell_clip;
  args.activation = s.activation;
  const int64_t split = options.split < 0 || options.split > count ? 0 : options.split;
  args.panel_begin = split;
  args.panel_end = count;
  const auto step = s.cell == FR_CELL_LSTM  ? table.f32_lstm_step
                    : s.cell == FR_CELL_GRU ? table.f32_gru_step
                                            : table.f32_rnn_step;
  step(args);
  if (split > 0) {
    args.panel_begin = 0;
    args.panel_end = split;
    step(args);
  }
  EXPECT(gates.Intact() && out.h.Intact() && out.c.Intact() && out.hidden_n.Intact(),
         "%s cell %d rows %lld H %lld k %lld: wrote outside", IsaName(table), s.cell,
         static_cast<long long>(rows), static_cast<long long>(H), static_cast<long long>(s.k));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t g = 0; g < s.gates(); ++g) {
      for (int64_t u = 0; u < H; ++u) {
        out.gates.at(r, g * H + u) = gates.at(r, PanelColumn(s, V, g, u));
      }
    }
  }
  return out;
}

}  // namespace fusedrnn
