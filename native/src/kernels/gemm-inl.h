// f32_gemm_panels: a matrix product on packed panels.
#pragma once

#include <cstdint>

#include "kernel_args.h"
#include "tile-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

template <int kRows, int kPanels, int kVectors>
static __attribute__((noinline)) void GemmTile(const GemmArgs& args, int64_t row,
                                               int64_t first_panel) {
  constexpr int64_t kColumns = kVectors * kWidth;
  Tile<kRows, kPanels, kVectors> tile;
  const float* panel[kPanels];
  const int64_t first_column = first_panel * kColumns;
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
    panel[p] = args.panels + (first_panel + p) * kColumns * args.k;
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const int64_t column = first_column + p * kColumns + v * kWidth;
        tile.sum[p][m][v] =
            args.init == nullptr
                ? Zero()
                : LoadUpTo(args.init + (row + m) * args.ld_init + column, args.columns - column);
      }
    }
  }
  Accumulate(tile, args.a + row * args.lda, args.lda, args.k, panel);
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const int64_t column = first_column + p * kColumns + v * kWidth;
        StoreUpTo(args.out + (row + m) * args.ldo + column, tile.sum[p][m][v],
                  args.columns - column);
      }
    }
  }
}

template <int kVectors>
struct GemmTiles {
  const GemmArgs& args;
  int64_t panel;
  template <int kRows>
  void Run(int64_t row) const {
    GemmTile<kRows, 1, kVectors>(args, row, panel);
  }
};

template <int kVectors>
static void GemmPanels(const GemmArgs& args) {
  int64_t panel = args.panel_begin;
  if (args.rows == 1) {
    for (; panel + 2 <= args.panel_end; panel += 2) GemmTile<1, 2, kVectors>(args, 0, panel);
  }
  for (; panel < args.panel_end; ++panel) {
    ForRowTiles<TileRows<kVectors>()>(args.rows, GemmTiles<kVectors>{args, panel});
  }
}

static void f32_gemm_panels(const GemmArgs& args) {
  if (args.vectors == 4) {
    GemmPanels<4>(args);
  } else {
    GemmPanels<3>(args);
  }
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
