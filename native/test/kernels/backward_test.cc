// The backward kernels against central differences of the forward formulas in float64: nothing of
// the derivatives is written down twice.
#include <functional>

#include "cells_test.h"

using namespace fusedrnn;

namespace {

// A unit of a cell: variables in, loss = dh * h + dc * c out.
using Loss = std::function<double(const double*)>;

double Slope(const Loss& loss, double* variables, int index) {
  const double step = 1e-5;
  const double x = variables[index];
  variables[index] = x + step;
  const double above = loss(variables);
  variables[index] = x - step;
  const double below = loss(variables);
  variables[index] = x;
  return (above - below) / (2.0 * step);
}

// Saved values are rounded once, differences like 1 - s of them lose nothing more in absolute
// terms, and every gradient is a product of at most five factors of which none exceeds 4 and few
// exceed 1. Central differences add about 1e-10.
constexpr double kBound = 24 * 0x1p-24;

struct Matrices {
  Guarded pre, gates, dh, dc, c_prev, c, h_prev, h, hidden_n, dgates, dgates_hidden, dh_direct;
  GateView view;
};

float* GateAt(Matrices& m, int64_t r, int64_t g, int64_t u, int64_t width) {
  return m.view.base + r * m.view.ld + u / width * m.view.block_stride + g * m.view.gate_stride +
         u % width;
}

Matrices Make(const KernelTable& table, int64_t rows, int64_t H, int64_t G, bool panel,
              uint64_t seed) {
  Random random(seed);
  const int64_t V = table.width;
  Matrices m{Guarded(rows, 4 * H),
             Guarded(rows, panel ? (H + V - 1) / V * V * G : G * H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, H),
             Guarded(rows, G * H),
             Guarded(rows, G * H),
             Guarded(rows, H),
             GateView{}};
  m.pre.Fill(random, 3.0f);
  m.dh.Fill(random);
  m.dc.Fill(random);
  m.c_prev.Fill(random, 2.0f);
  m.h_prev.Fill(random);
  m.hidden_n.Fill(random, 2.0f);
  m.view = panel ? GateView{m.gates.data(), m.gates.ld(), G * V, V}
                 : GateView{m.gates.data(), m.gates.ld(), V, H};
  return m;
}

PointwiseBackwardArgs Arguments(Matrices& m, int64_t H) {
  PointwiseBackwardArgs args{};
  args.rows = m.dh.rows();
  args.hidden = H;
  args.gates = m.view;
  args.dh = m.dh.data();
  args.ld_dh = m.dh.ld();
  args.c_prev = m.c_prev.data();
  args.ld_c_prev = m.c_prev.ld();
  args.c = m.c.data();
  args.ld_c = m.c.ld();
  args.dc = m.dc.data();
  args.ld_dc = m.dc.ld();
  args.h_prev = m.h_prev.data();
  args.ld_h_prev = m.h_prev.ld();
  args.h = m.h.data();
  args.ld_h = m.h.ld();
  args.hidden_n = m.hidden_n.data();
  args.ld_hidden_n = m.hidden_n.ld();
  args.dgates = m.dgates.data();
  args.ld_dgates = m.dgates.ld();
  args.dgates_hidden = m.dgates_hidden.data();
  args.ld_dgates_hidden = m.dgates_hidden.ld();
  args.dh_direct = m.dh_direct.data();
  args.ld_dh_direct = m.dh_direct.ld();
  return args;
}

bool Intact(const Matrices& m) {
  return m.gates.Intact() && m.dc.Intact() && m.dgates.Intact() && m.dgates_hidden.Intact() &&
         m.dh_direct.Intact() && m.c.Intact() && m.h.Intact() && m.dh.Intact();
}

void CheckLstm(const KernelTable& table, int64_t rows, int64_t H, bool panel, float clip,
               uint64_t seed) {
  Matrices m = Make(table, rows, H, 4, panel, seed);
  const Guarded dc_in = m.dc;
  const double bound = static_cast<double>(clip);
  const auto cell = [bound](const double* v) {
    const double c = Logistic(v[1]) * v[4] + Logistic(v[0]) * std::tanh(v[2]);
    return bound > 0.0 ? std::fmax(-bound, std::fmin(bound, c)) : c;
  };
  const auto variables = [&](int64_t r, int64_t u, double* v) {
    for (int64_t g = 0; g < 4; ++g) v[g] = static_cast<double>(m.pre.at(r, g * H + u));
    v[4] = static_cast<double>(m.c_prev.at(r, u));
  };
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double v[5];
      variables(r, u, v);
      for (int64_t g = 0; g < 4; ++g) {
        *GateAt(m, r, g, u, table.width) =
            static_cast<float>(g == 2 ? std::tanh(v[g]) : Logistic(v[g]));
      }
      m.c.at(r, u) = static_cast<float>(cell(v));
    }
  }
  PointwiseBackwardArgs args = Arguments(m, H);
  args.cell_clip = clip;
  table.f32_lstm_backward(args);
  Worst worst;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double v[5];
      variables(r, u, v);
      if (bound > 0.0 &&
          std::fabs(std::fabs(Logistic(v[1]) * v[4] + Logistic(v[0]) * std::tanh(v[2])) - bound) <
              1e-3) {
        continue;  // a kink has no slope
      }
      const double dh = static_cast<double>(m.dh.at(r, u)),
                   dc = static_cast<double>(dc_in.at(r, u));
      const Loss loss = [&](const double* x) {
        const double c = cell(x);
        return dh * Logistic(x[3]) * std::tanh(c) + dc * c;
      };
      for (int g = 0; g < 4; ++g) {
        worst.See(static_cast<double>(m.dgates.at(r, g * H + u)), Slope(loss, v, g), r, g * H + u);
      }
      worst.See(static_cast<double>(m.dc.at(r, u)), Slope(loss, v, 4), r, u);
    }
  }
  EXPECT_WORST(worst, kBound, "%s lstm rows %lld H %lld panel %d clip %g seed %llu", IsaName(table),
               static_cast<long long>(rows), static_cast<long long>(H), panel,
               static_cast<double>(clip), static_cast<unsigned long long>(seed));
  EXPECT(Intact(m), "%s lstm H %lld: wrote outside", IsaName(table), static_cast<long long>(H));
}

void CheckGru(const KernelTable& table, int64_t rows, int64_t H, bool panel, uint64_t seed) {
  Matrices m = Make(table, rows, H, 3, panel, seed);
  const auto variables = [&](int64_t r, int64_t u, double* v) {
    for (int64_t g = 0; g < 3; ++g) v[g] = static_cast<double>(m.pre.at(r, g * H + u));
    v[3] = static_cast<double>(m.hidden_n.at(r, u));
    v[4] = static_cast<double>(m.h_prev.at(r, u));
  };
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double v[5];
      variables(r, u, v);
      const double values[3] = {Logistic(v[0]), Logistic(v[1]),
                                std::tanh(v[2] + Logistic(v[0]) * v[3])};
      for (int64_t g = 0; g < 3; ++g)
        *GateAt(m, r, g, u, table.width) = static_cast<float>(values[g]);
    }
  }
  table.f32_gru_backward(Arguments(m, H));
  Worst worst;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double v[5];
      variables(r, u, v);
      const double dh = static_cast<double>(m.dh.at(r, u));
      const Loss loss = [&](const double* x) {
        const double n = std::tanh(x[2] + Logistic(x[0]) * x[3]), z = Logistic(x[1]);
        return dh * ((1.0 - z) * n + z * x[4]);
      };
      for (int g = 0; g < 3; ++g) {
        worst.See(static_cast<double>(m.dgates.at(r, g * H + u)), Slope(loss, v, g), r, g * H + u);
        worst.See(static_cast<double>(m.dgates_hidden.at(r, g * H + u)),
                  Slope(loss, v, g == 2 ? 3 : g), r, g * H + u);
      }
      worst.See(static_cast<double>(m.dh_direct.at(r, u)), Slope(loss, v, 4), r, u);
    }
  }
  EXPECT_WORST(worst, kBound, "%s gru rows %lld H %lld panel %d seed %llu", IsaName(table),
               static_cast<long long>(rows), static_cast<long long>(H), panel,
               static_cast<unsigned long long>(seed));
  EXPECT(Intact(m), "%s gru H %lld: wrote outside", IsaName(table), static_cast<long long>(H));
}

void CheckRnn(const KernelTable& table, int64_t rows, int64_t H, int32_t activation,
              uint64_t seed) {
  Matrices m = Make(table, rows, H, 1, false, seed);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      m.h.at(r, u) =
          static_cast<float>(ActivateExactly(activation, static_cast<double>(m.pre.at(r, u))));
    }
  }
  PointwiseBackwardArgs args = Arguments(m, H);
  args.activation = activation;
  const Guarded dh = m.dh;
  const bool in_place = seed % 2 == 0;
  if (in_place) {
    args.dgates = m.dh.data();
    args.ld_dgates = m.dh.ld();
  }
  table.f32_rnn_backward(args);
  Worst worst;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t u = 0; u < H; ++u) {
      double v = static_cast<double>(m.pre.at(r, u));
      if (activation == FR_ACT_RELU && std::fabs(v) < 1e-3) continue;  // a kink has no slope
      const Loss loss = [&](const double* x) {
        return static_cast<double>(dh.at(r, u)) * ActivateExactly(activation, *x);
      };
      worst.See(static_cast<double>(in_place ? m.dh.at(r, u) : m.dgates.at(r, u)),
                Slope(loss, &v, 0), r, u);
    }
  }
  EXPECT_WORST(worst, kBound, "%s rnn rows %lld H %lld activation %d seed %llu", IsaName(table),
               static_cast<long long>(rows), static_cast<long long>(H), activation,
               static_cast<unsigned long long>(seed));
  EXPECT(Intact(m), "%s rnn H %lld: wrote outside", IsaName(table), static_cast<long long>(H));
}

}  // namespace

int main() {
  for (const KernelTable* table : RunnableTables()) {
    uint64_t seed = 1;
    for (int64_t hidden : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65}) {
      for (int64_t rows : {1, 2, 5}) {
        for (bool panel : {false, true}) {
          CheckLstm(*table, rows, hidden, panel, 0.0f, ++seed);
          CheckLstm(*table, rows, hidden, panel, 0.75f, ++seed);
          CheckGru(*table, rows, hidden, panel, ++seed);
        }
        for (int32_t activation : {FR_ACT_TANH, FR_ACT_RELU, FR_ACT_SIGMOID, FR_ACT_IDENTITY}) {
          CheckRnn(*table, rows, hidden, activation, ++seed);
        }
      }
    }
  }
  return check::Summary("backward_test");
}
