// f32_{lstm,gru,rnn}_step: one time step with the recurrent product and the gates in one sweep over
// the panels of W_hh.
#pragma once

#include <cstdint>

#include "cells-inl.h"
#include "kernel_args.h"
#include "tile-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

// What a cell adds to the common sweep: Init gives the addend of vector v of a row's panel, Part
// takes the finished input product of that vector and gives what the recurrent one starts from,
// Finish takes the finished [NV][V].
struct LstmStep {
  static constexpr int kVectors = 4;
  static constexpr int kUnitVectors = 1;  // vectors of units in a panel

  FUSEDRNN_INLINE F Init(const StepArgs&, const float* gates, int64_t, int v) {
    return Load(gates + v * kWidth);
  }
  FUSEDRNN_INLINE F Part(const StepArgs&, float*, int64_t, int, F sum) { return sum; }
  FUSEDRNN_INLINE void Finish(const StepArgs& args, int64_t row, int64_t panel, float* gates,
                              const float* product) {
    const int64_t unit = panel * kWidth;
    const F pre[4] = {Load(product), Load(product + kWidth), Load(product + 2 * kWidth),
                      Load(product + 3 * kWidth)};
    LstmUnits(args, row, unit, LanesFrom(unit, args.hidden), pre, gates, kWidth);
  }
};

struct GruStep {
  static constexpr int kVectors = 3;
  static constexpr int kUnitVectors = 1;

  // The recurrent part of gate n is scaled by r, so it cannot start from the input part.
  FUSEDRNN_INLINE F Init(const StepArgs& args, const float* gates, int64_t panel, int v) {
    return v < 2 ? Load(gates + v * kWidth) : Load(args.hidden_bias + panel * kWidth);
  }
  FUSEDRNN_INLINE F Part(const StepArgs& args, float* gates, int64_t panel, int v, F sum) {
    if (v < 2) return sum;
    Store(gates + v * kWidth, sum);
    return Load(args.hidden_bias + panel * kWidth);
  }
  FUSEDRNN_INLINE void Finish(const StepArgs& args, int64_t row, int64_t panel, float* gates,
                              const float* product) {
    const int64_t unit = panel * kWidth;
    GruUnits(args, row, unit, LanesFrom(unit, args.hidden), Load(product), Load(product + kWidth),
             Load(gates + 2 * kWidth), Load(product + 2 * kWidth), gates, kWidth);
  }
};

struct RnnStep {
  static constexpr int kVectors = 4;
  static constexpr int kUnitVectors = 4;

  FUSEDRNN_INLINE F Init(const StepArgs&, const float* gates, int64_t, int v) {
    return Load(gates + v * kWidth);
  }
  FUSEDRNN_INLINE F Part(const StepArgs&, float*, int64_t, int, F sum) { return sum; }
  FUSEDRNN_INLINE void Finish(const StepArgs& args, int64_t row, int64_t panel, float*,
                              const float* product) {
    for (int v = 0; v < kVectors; ++v) {
      const int64_t unit = panel * kVectors * kWidth + v * kWidth;
      if (unit >= args.hidden) return;
      RnnUnits(args, row, unit, LanesFrom(unit, args.hidden), Load(product + v * kWidth));
    }
  }
};

// kVectors: of the panels' first so many.
template <class Cell, int kVectors, int kRows, int kPanels, bool kInput>
static __attribute__((noinline)) void StepTile(const StepArgs& args, int64_t row,
                                               const int64_t (&panel)[kPanels]) {
  constexpr int64_t kColumns = Cell::kVectors * kWidth;
  Tile<kRows, kPanels, kVectors> tile;
  const float* weights[kPanels];
  // Not an array of pointers: GCC would load its parts as vectors, right after their parts were
  // stored one by one, and wait for the stores.
  const auto gates = [&args, row, &panel](int p, int m) {
    return args.gates + (row + m) * args.ld_gates + panel[p] * kColumns;
  };
  if constexpr (kInput) {
#pragma GCC unroll 2
    for (int p = 0; p < kPanels; ++p) {
      weights[p] = args.input_panels + panel[p] * kColumns * args.inputs;
#pragma GCC unroll 8
      for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          tile.sum[p][m][v] = Load(args.bias + panel[p] * kColumns + v * kWidth);
        }
      }
    }
    Accumulate<Cell::kVectors>(tile, args.x + row * args.ld_x, args.ld_x, args.inputs, weights);
  }
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
    weights[p] = args.panels + panel[p] * kColumns * args.k;
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
      float* own = gates(p, m);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        tile.sum[p][m][v] = kInput ? Cell::Part(args, own, panel[p], v, tile.sum[p][m][v])
                                   : Cell::Init(args, own, panel[p], v);
      }
    }
  }
  Accumulate<Cell::kVectors>(tile, args.h_prev + row * args.ld_h_prev, args.ld_h_prev, args.k,
                             weights);
  // The gates need the registers for themselves: the products wait in the first-level cache.
  alignas(64) float product[kPanels][kRows][kColumns];
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) Store(&product[p][m][v * kWidth], tile.sum[p][m][v]);
    }
  }
  for (int p = 0; p < kPanels; ++p) {
    for (int m = 0; m < kRows; ++m) {
      Cell::Finish(args, row + m, panel[p], gates(p, m), product[p][m]);
    }
  }
}

template <class Cell, int kVectors, bool kInput>
struct StepTiles {
  const StepArgs& args;
  int64_t panel;
  template <int kRows>
  void Run(int64_t row) const {
    StepTile<Cell, kVectors, kRows, 1, kInput>(args, row, {panel});
  }
};

// All rows of one panel. An RNN's last panel may have units in its first vectors alone: at H = 200
// a fifth of all products would be of nothing.
template <class Cell, int kVectors, bool kInput>
static void StepRows(const StepArgs& args, int64_t panel) {
  if constexpr (Cell::kUnitVectors > 1 && kVectors > 1) {
    if (args.hidden - panel * Cell::kUnitVectors * kWidth <= (kVectors - 1) * kWidth) {
      return StepRows<Cell, kVectors - 1, kInput>(args, panel);
    }
  }
  ForRowTiles<TileRows<kVectors>()>(args.rows, StepTiles<Cell, kVectors, kInput>{args, panel});
}

template <class Cell, bool kInput>
static void Sweep(const StepArgs& args) {
  const int64_t direction = args.descending ? -1 : 1;
  int64_t panel = args.descending ? args.panel_end - 1 : args.panel_begin;
  int64_t left = args.panel_end - args.panel_begin;
  if (args.rows == 1 &&
      RowTakesPairs<Cell::kVectors>(left, args.k + (kInput ? args.inputs : 0), args.l1_bytes)) {
    for (; left >= 2; left -= 2, panel += 2 * direction) {
      StepTile<Cell, Cell::kVectors, 1, 2, kInput>(args, 0, {panel, panel + direction});
    }
  }
  for (; left > 0; --left, panel += direction) StepRows<Cell, Cell::kVectors, kInput>(args, panel);
}

template <class Cell>
static void Step(const StepArgs& args) {
  if (args.x != nullptr) {
    Sweep<Cell, true>(args);
  } else {
    Sweep<Cell, false>(args);
  }
}

static void f32_lstm_step(const StepArgs& args) { Step<LstmStep>(args); }
static void f32_gru_step(const StepArgs& args) { Step<GruStep>(args); }
static void f32_rnn_step(const StepArgs& args) { Step<RnnStep>(args); }

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
