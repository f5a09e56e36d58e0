// The gates alone, on finished pre-activations: in both layouts the same numbers as the fused step
// gives for a product that is zero, bit for bit, and correct ones when the products are not.
#include "cells_test.h"

using namespace fusedrnn;

namespace {

enum class Layout { kPanel, kGateMajor };

// A matrix of gates in one of the layouts, padded as the drivers pad it (panel) or not at all
// (gate-major).
struct Gates {
  Guarded values;
  Layout layout;
  int64_t width;
  CellShape shape;
  Gates(const CellShape& s, Layout kind, int64_t v)
      : values(s.rows, kind == Layout::kPanel && s.with_gates()
                           ? (s.hidden + v - 1) / v * v * s.gates()
                           : s.gates() * s.hidden),
        layout(kind),
        width(v),
        shape(s) {}
  float& at(int64_t r, int64_t g, int64_t u) {
    return values.at(
        r, layout == Layout::kPanel ? PanelColumn(shape, width, g, u) : g * shape.hidden + u);
  }
  GateView View() {
    if (layout == Layout::kPanel && shape.with_gates()) {
      return {values.data(), values.ld(), shape.gates() * width, width};
    }
    return {values.data(), values.ld(), width, shape.hidden};
  }
};

// products: [R, G*H], added to the input part (LSTM, RNN) or passed apart (GRU).
CellResult<Guarded> RunPointwise(const KernelTable& table, const CellShape& s, const CellInputs& in,
                                 const Guarded& products, Layout layout, bool save, bool in_place) {
  const int64_t H = s.hidden;
  CellResult<Guarded> out{Guarded(s.rows, H), Guarded(s.rows, H), Guarded(s.rows, s.gates() * H),
                          Guarded(s.rows, H)};
  Gates gates(s, layout, table.width), recurrent(s, layout, table.width);
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t g = 0; g < s.gates(); ++g) {
      for (int64_t u = 0; u < H; ++u) {
        gates.at(r, g, u) = in.input.at(r, g * H + u);
        if (s.cell == FR_CELL_GRU) {
          recurrent.at(r, g, u) = products.at(r, g * H + u);
        } else {
          gates.at(r, g, u) += products.at(r, g * H + u);
        }
      }
    }
    for (int64_t u = 0; u < H; ++u) {
      if (in_place) out.c.at(r, u) = in.c_prev.at(r, u);
    }
  }
  PointwiseArgs args{};
  args.rows = s.rows;
  args.hidden = H;
  args.save = save;
  args.gates = gates.View();
  args.recurrent = recurrent.View();
  args.h_prev = in.h_prev.data();
  args.ld_h_prev = in.h_prev.ld();
  args.h_out = out.h.data();
  args.ld_h_out = out.h.ld();
  args.c_prev = in_place ? out.c.data() : in.c_prev.data();
  args.ld_c_prev = in_place ? out.c.ld() : in.c_prev.ld();
  args.c_out = out.c.data();
  args.ld_c_out = out.c.ld();
  args.hidden_bias = in.hidden_bias.data();
  args.hidden_n = save ? out.hidden_n.data() : nullptr;
  args.ld_hidden_n = out.hidden_n.ld();
  args.cell_clip = s.cell_clip;
  args.activation = s.activation;
  const auto pointwise = s.cell == FR_CELL_LSTM  ? table.f32_lstm_pointwise
                         : s.cell == FR_CELL_GRU ? table.f32_gru_pointwise
                                                 : table.f32_rnn_pointwise;
  pointwise(args);
  EXPECT(gates.values.Intact() && recurrent.values.Intact() && out.h.Intact() && out.c.Intact() &&
             out.hidden_n.Intact(),
         "%s cell %d rows %lld H %lld: wrote outside", IsaName(table), s.cell,
         static_cast<long long>(s.rows), static_cast<long long>(H));
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t g = 0; g < s.gates(); ++g) {
      for (int64_t u = 0; u < H; ++u) out.gates.at(r, g * H + u) = gates.at(r, g, u);
    }
  }
  return out;
}

void Check(const KernelTable& table, CellShape s) {
  s.k = s.hidden;
  CellInputs in(s);
  Guarded products(s.rows, s.gates() * s.hidden);
  char what[120];
  std::snprintf(what, sizeof what, "%s cell %d rows %lld H %lld clip %g act %d", IsaName(table),
                s.cell, static_cast<long long>(s.rows), static_cast<long long>(s.hidden),
                static_cast<double>(s.cell_clip), s.activation);

  // Products of the float64 oracle, rounded: what is left are the gates' own few roundings of
  // values up to 4.
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t j = 0; j < s.gates() * s.hidden; ++j) {
      double sum = 0.0;
      for (int64_t k = 0; k < s.k; ++k) {
        sum += static_cast<double>(in.weights.at(j, k)) * static_cast<double>(in.h_prev.at(r, k));
      }
      products.at(r, j) = static_cast<float>(sum);
    }
  }
  const CellResult<DoubleMatrix> want = Oracle(s, in);
  const CellResult<Guarded> panel =
      RunPointwise(table, s, in, products, Layout::kPanel, true, false);
  Worst worst;
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t u = 0; u < s.hidden; ++u) {
      worst.See(static_cast<double>(panel.h.at(r, u)), want.h.at(r, u), r, u);
      if (s.cell == FR_CELL_LSTM)
        worst.See(static_cast<double>(panel.c.at(r, u)), want.c.at(r, u), r, u);
      if (s.cell == FR_CELL_GRU) {
        worst.See(static_cast<double>(panel.hidden_n.at(r, u)), want.hidden_n.at(r, u), r, u);
      }
    }
    for (int64_t j = 0; s.with_gates() && j < s.gates() * s.hidden; ++j) {
      worst.See(static_cast<double>(panel.gates.at(r, j)), want.gates.at(r, j), r, j);
    }
  }
  EXPECT_WORST(worst, 16 * 0x1p-24, "%s", what);

  for (Layout layout : {Layout::kPanel, Layout::kGateMajor}) {
    for (bool save : {false, true}) {
      const CellResult<Guarded> other =
          RunPointwise(table, s, in, products, layout, save, s.cell == FR_CELL_LSTM);
      EXPECT(SameBits(panel.h, other.h) && SameBits(panel.c, other.c), "%s: save %d layout %d",
             what, save, static_cast<int>(layout));
      EXPECT(
          !save || (SameBits(panel.gates, other.gates) && SameBits(panel.hidden_n, other.hidden_n)),
          "%s: saved, layout %d", what, static_cast<int>(layout));
    }
  }

  // With weights of zero the fused step does the same arithmetic.
  for (int64_t j = 0; j < s.gates() * s.hidden; ++j) {
    for (int64_t k = 0; k < s.k; ++k) in.weights.at(j, k) = 0.0f;
    for (int64_t r = 0; r < s.rows; ++r) products.at(r, j) = 0.0f;
  }
  const CellResult<Guarded> alone =
      RunPointwise(table, s, in, products, Layout::kGateMajor, true, false);
  const CellResult<Guarded> fused = RunStep(table, s, in, StepOptions());
  EXPECT(SameBits(alone.h, fused.h) && SameBits(alone.c, fused.c) &&
             SameBits(alone.hidden_n, fused.hidden_n),
         "%s: not the fused step's bits", what);
  EXPECT(!s.with_gates() || SameBits(alone.gates, fused.gates), "%s: not the fused step's gates",
         what);
}

}  // namespace

int main() {
  for (const KernelTable* table : RunnableTables()) {
    uint64_t seed = 1;
    for (int32_t cell : {FR_CELL_RNN, FR_CELL_LSTM, FR_CELL_GRU}) {
      for (int64_t hidden : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64}) {
        for (int64_t rows : {1, 2, 5}) {
          CellShape s{cell, rows, hidden, hidden};
          s.seed = ++seed;
          Check(*table, s);
        }
      }
    }
    CellShape clipped{FR_CELL_LSTM, 3, 37, 37};
    clipped.cell_clip = 0.5f;
    Check(*table, clipped);
    for (int32_t activation : {FR_ACT_RELU, FR_ACT_SIGMOID, FR_ACT_IDENTITY}) {
      CellShape s{FR_CELL_RNN, 3, 37, 37};
      s.activation = activation;
      Check(*table, s);
    }
  }
  return check::Summary("pointwise_test");
}
