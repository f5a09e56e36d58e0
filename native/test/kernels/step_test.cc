// The fused steps against the float64 oracle, and their bit contracts: a row's result depends
// neither on its neighbours nor on how the panels are swept, nor on whether the gates are kept.
#include <string>

#include "cells_test.h"

using namespace fusedrnn;

namespace {

std::string Describe(const KernelTable& table, const CellShape& s) {
  char text[160];
  std::snprintf(
      text, sizeof text, "%s cell %d rows %lld H %lld k %lld clip %g act %d scale %g seed %llu",
      IsaName(table), s.cell, static_cast<long long>(s.rows), static_cast<long long>(s.hidden),
      static_cast<long long>(s.k), static_cast<double>(s.cell_clip), s.activation,
      static_cast<double>(s.scale), static_cast<unsigned long long>(s.seed));
  return text;
}

// A pre-activation of K + 1 terms of magnitude about 1 in sum: the rounding errors of the chain are
// at most eps * (K + 1) * its largest partial sum, typically eps * sqrt(K + 1); slopes are at most
// 1, the functions add 3 ulp. relu and identity keep the size of the sum.
double Bound(const CellShape& s) {
  const double eps = 0x1p-24;
  return 4.0 * eps * (4.0 + static_cast<double>(s.scale)) *
         std::sqrt(static_cast<double>(s.k) + 9.0);
}

void CheckNumbers(const KernelTable& table, const CellShape& s, const CellInputs& in,
                  const CellResult<Guarded>& got) {
  const CellResult<DoubleMatrix> want = Oracle(s, in);
  Worst h, c, gates, hidden_n;
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t u = 0; u < s.hidden; ++u) {
      h.See(static_cast<double>(got.h.at(r, u)), want.h.at(r, u), r, u);
      if (s.cell == FR_CELL_LSTM) c.See(static_cast<double>(got.c.at(r, u)), want.c.at(r, u), r, u);
      if (s.cell == FR_CELL_GRU) {
        hidden_n.See(static_cast<double>(got.hidden_n.at(r, u)), want.hidden_n.at(r, u), r, u);
      }
    }
    for (int64_t j = 0; s.with_gates() && j < s.gates() * s.hidden; ++j) {
      gates.See(static_cast<double>(got.gates.at(r, j)), want.gates.at(r, j), r, j);
    }
  }
  const std::string what = Describe(table, s);
  EXPECT_WORST(h, Bound(s), "%s h", what.c_str());
  EXPECT_WORST(c, Bound(s), "%s c", what.c_str());
  EXPECT_WORST(gates, Bound(s), "%s gates", what.c_str());
  EXPECT_WORST(hidden_n, Bound(s), "%s hidden_n", what.c_str());
}

void CheckBits(const KernelTable& table, const CellShape& s, const CellInputs& in,
               const CellResult<Guarded>& all) {
  const std::string what = Describe(table, s);
  StepOptions options;
  options.descending = true;
  CellResult<Guarded> other = RunStep(table, s, in, options);
  EXPECT(SameBits(all.h, other.h) && SameBits(all.c, other.c) && SameBits(all.gates, other.gates),
         "%s: descending", what.c_str());

  options = StepOptions();
  options.save = false;
  options.c_in_place = s.cell == FR_CELL_LSTM;
  other = RunStep(table, s, in, options);
  EXPECT(SameBits(all.h, other.h) && SameBits(all.c, other.c), "%s: without saving", what.c_str());

  for (int64_t split : {int64_t{1}, int64_t{2}, int64_t{3}}) {
    options = StepOptions();
    options.split = split;
    options.descending = split == 2;
    other = RunStep(table, s, in, options);
    EXPECT(SameBits(all.h, other.h) && SameBits(all.c, other.c) &&
               SameBits(all.gates, other.gates) && SameBits(all.hidden_n, other.hidden_n),
           "%s: panels split at %lld", what.c_str(), static_cast<long long>(split));
  }

  for (int64_t r = 0; r < s.rows; ++r) {
    options = StepOptions();
    options.first_row = r;
    options.rows = 1;
    other = RunStep(table, s, in, options);
    EXPECT(SameBits(all.h.data() + r * all.h.ld(), other.h.data(), s.hidden) &&
               SameBits(all.c.data() + r * all.c.ld(), other.c.data(), s.hidden) &&
               SameBits(all.gates.data() + r * all.gates.ld(), other.gates.data(),
                        s.gates() * s.hidden),
           "%s: row %lld alone", what.c_str(), static_cast<long long>(r));
  }
}

void Check(const KernelTable& table, const CellShape& s, bool bits) {
  const CellInputs in(s);
  const CellResult<Guarded> all = RunStep(table, s, in, StepOptions());
  CheckNumbers(table, s, in, all);
  if (bits) CheckBits(table, s, in, all);
}

}  // namespace

int main() {
  for (const KernelTable* table : RunnableTables()) {
    uint64_t seed = 1;
    for (int32_t cell : {FR_CELL_RNN, FR_CELL_LSTM, FR_CELL_GRU}) {
      for (int64_t hidden : {1, 7, 15, 16, 17, 33, 64, 65, 130}) {
        for (int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17}) {
          CellShape s{cell, rows, hidden, hidden};
          s.seed = ++seed;
          Check(*table, s, hidden == 17 || hidden == 65 || hidden == 130);
        }
      }
      for (float scale : {4.0f, 20.0f, 200.0f}) {
        CellShape s{cell, 9, 40, 40};
        s.scale = scale;
        s.seed = ++seed;
        Check(*table, s, true);
      }
    }
    for (int64_t k : {1, 7, 16, 17, 33, 64, 65}) {  // with projection k is not H
      CellShape s{FR_CELL_LSTM, 5, 33, k};
      s.seed = ++seed;
      Check(*table, s, true);
    }
    for (float clip : {0.25f, 1.0f}) {
      CellShape s{FR_CELL_LSTM, 7, 35, 35};
      s.cell_clip = clip;
      s.seed = ++seed;
      Check(*table, s, true);
    }
    for (int32_t activation : {FR_ACT_RELU, FR_ACT_SIGMOID, FR_ACT_IDENTITY}) {
      CellShape s{FR_CELL_RNN, 7, 70, 70};
      s.activation = activation;
      s.seed = ++seed;
      Check(*table, s, true);
    }
  }
  return check::Summary("step_test");
}
