// f32_gemm_panels: a matrix product on packed panels.
#pragma once

#include <cstdint>

#include "kernel_args.h"
#include "tile-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

// Prefetches are issued in pieces, so that no burst of requests delays the loads of the panels.
constexpr int64_t kPrefetchDepth = 64;  // of k

struct PrefetchPieces {
  PrefetchList* list;  // nullptr = none
  int64_t lines;       // of a piece
};

template <int kMostRows>
static PrefetchPieces PiecesOf(const GemmArgs& args) {
  constexpr int64_t kLine = 16;  // floats
  if (args.prefetch == nullptr || args.prefetch->count == 0) return {nullptr, 0};
  int64_t floats = 0;
  for (int i = 0; i < args.prefetch->count; ++i) floats += args.prefetch->regions[i].floats;
  const int64_t count = (args.panel_end - args.panel_begin) *
                        ((args.rows + kMostRows - 1) / kMostRows) *
                        ((args.k + kPrefetchDepth - 1) / kPrefetchDepth);
  return {args.prefetch, floats / kLine / count + 1};
}

FUSEDRNN_INLINE void Fetch(const PrefetchPieces& pieces) {
  constexpr int64_t kLine = 16;
  PrefetchList& list = *pieces.list;
  for (int64_t left = pieces.lines; left > 0 && list.region < list.count; --left) {
    const PrefetchList::Region& region = list.regions[list.region];
    __builtin_prefetch(region.at + list.done, 0, 2);
    list.done += kLine;
    if (list.done >= region.floats) {
      list.done = 0;
      ++list.region;
    }
  }
}

// The first kVectors of panels: out = init + a * panels, with init nullptr for 0. init may be out.
template <int kRows, int kPanels, int kVectors, int kPanelVectors = kVectors>
static __attribute__((noinline)) void GemmTile(const float* a, int64_t lda, int64_t k,
                                               const float* panels, const float* init,
                                               int64_t ld_init, float* out, int64_t ldo,
                                               const PrefetchPieces& pieces) {
  constexpr int64_t kColumns = kVectors * kWidth;
  Tile<kRows, kPanels, kVectors> tile;
  const float* panel[kPanels];
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
    panel[p] = panels + p * kColumns * k;
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        tile.sum[p][m][v] =
            init == nullptr ? Zero() : Load(init + m * ld_init + p * kColumns + v * kWidth);
      }
    }
  }
  const int64_t depth = pieces.list == nullptr ? k : kPrefetchDepth;
  for (int64_t done = 0; done < k; done += depth) {
    if (pieces.list != nullptr) Fetch(pieces);
    Accumulate<kPanelVectors>(tile, a + done, lda, k - done < depth ? k - done : depth, panel);
#pragma GCC unroll 2
    for (int p = 0; p < kPanels; ++p) panel[p] += depth * kPanelVectors * kWidth;
  }
#pragma GCC unroll 2
  for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        Store(out + m * ldo + p * kColumns + v * kWidth, tile.sum[p][m][v]);
      }
    }
  }
}

// kPanels full panels from `panel` on.
template <int kPanels, int kVectors>
struct FullPanels {
  const GemmArgs& args;
  int64_t panel;
  const PrefetchPieces& pieces;

  template <int kRows>
  void Run(int64_t row) const {
    constexpr int64_t kColumns = kVectors * kWidth;
    const float* init =
        args.init == nullptr ? nullptr : args.init + row * args.ld_init + panel * kColumns;
    GemmTile<kRows, kPanels, kVectors>(
        args.a + row * args.lda, args.lda, args.k, args.panels + panel * kColumns * args.k, init,
        args.ld_init, args.out + row * args.ldo + panel * kColumns, args.ldo, pieces);
  }
};

// A last panel that the columns do not fill: a tile of the vectors that they reach, on a copy of
// its rows as wide.
template <int kVectors, int kPanelVectors>
struct RaggedPanel {
  const GemmArgs& args;
  int64_t panel;
  const PrefetchPieces& pieces;

  template <int kRows>
  void Run(int64_t row) const {
    constexpr int64_t kColumns = kVectors * kWidth;
    alignas(64) float rows[kRows][kColumns];
    const int64_t first = panel * kPanelVectors * kWidth;
    for (int m = 0; m < kRows; ++m) {
      for (int v = 0; v < kVectors; ++v) {
        const int64_t column = first + v * kWidth;
        Store(&rows[m][v * kWidth],
              args.init == nullptr
                  ? Zero()
                  : LoadUpTo(args.init + (row + m) * args.ld_init + column, args.columns - column));
      }
    }
    GemmTile<kRows, 1, kVectors, kPanelVectors>(args.a + row * args.lda, args.lda, args.k,
                                                args.panels + first * args.k, rows[0], kColumns,
                                                rows[0], kColumns, pieces);
    for (int m = 0; m < kRows; ++m) {
      for (int v = 0; v < kVectors; ++v) {
        const int64_t column = first + v * kWidth;
        StoreUpTo(args.out + (row + m) * args.ldo + column, Load(&rows[m][v * kWidth]),
                  args.columns - column);
      }
    }
  }
};

// Panels of three vectors are those of gates, which are always full.
template <int kVectors, int kPanelVectors>
static void GemmRagged(const GemmArgs& args, int64_t panel, const PrefetchPieces& pieces) {
  if constexpr (kVectors > 1 && kPanelVectors == 4) {
    if (args.columns - panel * kPanelVectors * kWidth <= (kVectors - 1) * kWidth) {
      return GemmRagged<kVectors - 1, kPanelVectors>(args, panel, pieces);
    }
  }
  ForRowTiles<TileRows<kVectors>()>(args.rows,
                                    RaggedPanel<kVectors, kPanelVectors>{args, panel, pieces});
}

template <int kVectors>
static void GemmPanels(const GemmArgs& args) {
  constexpr int kMost = TileRows<kVectors>();
  const PrefetchPieces pieces = PiecesOf<kMost>(args);
  const int64_t full = args.columns / (kVectors * kWidth);
  const int64_t end = args.panel_end < full ? args.panel_end : full;
  int64_t panel = args.panel_begin;
  if (args.rows == 1) {
    for (; panel + 2 <= end; panel += 2)
      FullPanels<2, kVectors>{args, panel, pieces}.template Run<1>(0);
  }
  for (; panel < end; ++panel)
    ForRowTiles<kMost>(args.rows, FullPanels<1, kVectors>{args, panel, pieces});
  const bool ragged = args.columns % (kVectors * kWidth) != 0;
  if (ragged && args.panel_begin <= full && full < args.panel_end) {
    GemmRagged<kVectors, kVectors>(args, full, pieces);
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
