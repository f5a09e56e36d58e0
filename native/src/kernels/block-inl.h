// f32_block_product, f32_pack_left, f32_pack_panel, f32_transpose: products with both sides packed,
// and what packs them.
#pragma once

#include <cstdint>

#include "kernel_args.h"
#include "tile-inl.h"

namespace fusedrnn {
namespace FUSEDRNN_ISA {

static void f32_transpose(const TransposeArgs& args) {
  for (int64_t r = 0; r < args.width; r += kWidth) {
    const int64_t rows = args.rows - r, lanes = args.width - r;
    const float* from = args.from + r * args.ld_from;
    float* to = args.to + r;
    int64_t c = 0;
    if (rows >= kWidth && lanes >= kWidth) {
      for (; c + kWidth <= args.columns; c += kWidth) {
        F block[kWidth];
#pragma GCC unroll 16
        for (int i = 0; i < kWidth; ++i) block[i] = Load(from + i * args.ld_from + c);
        Transpose(block);
#pragma GCC unroll 16
        for (int i = 0; i < kWidth; ++i) Store(to + (c + i) * args.ld_to, block[i]);
      }
    }
    for (; c < args.columns; c += kWidth) {
      F block[kWidth];
      for (int i = 0; i < kWidth; ++i) {
        block[i] = i < rows ? LoadUpTo(from + i * args.ld_from + c, args.columns - c) : Zero();
      }
      Transpose(block);
      for (int i = 0; i < kWidth && c + i < args.columns; ++i) {
        StoreUpTo(to + (c + i) * args.ld_to, block[i], lanes);
      }
    }
  }
}

// The `tiles` first tiles of `columns` columns. Whole vectors are stored, the next k over the
// excess of the one before; near the end, where that would be another tile's, only what is the
// tile's own.
template <int kTiles>
FUSEDRNN_INLINE void PackLeftTiles(const PackLeftArgs& args, int64_t column, float* to) {
  constexpr int kVectors = (kTileRows4 + kWidth - 1) / kWidth;
  constexpr int64_t kExcess = (kVectors * kWidth - 1) / kTileRows4;  // values of k
  const float* from = args.from + column;
  const int64_t stride = args.k * kTileRows4, whole = kTiles == 1 ? args.k : args.k - kExcess;
  int64_t k = 0;
  for (; k < whole; ++k, from += args.ld_from, to += kTileRows4) {
#pragma GCC unroll 8
    for (int t = 0; t < kTiles; ++t) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        Store(to + t * stride + v * kWidth, Load(from + t * kTileRows4 + v * kWidth));
      }
    }
  }
  for (; k < args.k; ++k, from += args.ld_from, to += kTileRows4) {
    for (int t = 0; t < kTiles; ++t) {
      for (int v = 0; v < kVectors; ++v) {
        const int64_t own = kTileRows4 - v * kWidth;
        StoreUpTo(to + t * stride + v * kWidth, LoadUpTo(from + t * kTileRows4 + v * kWidth, own),
                  own);
      }
    }
  }
}

// Several tiles at once: their columns share cache lines, and the rows of a lie far apart.
static void f32_pack_left(const PackLeftArgs& args) {
  constexpr int kVectors = (kTileRows4 + kWidth - 1) / kWidth;
  constexpr int kTogether = 4;
  float* to = args.to;
  int64_t column = 0;
  const auto fits = [&](int tiles) {
    return column + (tiles - 1) * kTileRows4 + kVectors * kWidth <= args.columns;
  };
  if (args.k > kVectors * kWidth) {
    for (; fits(kTogether); column += kTogether * kTileRows4) {
      PackLeftTiles<kTogether>(args, column, to);
      to += kTogether * args.k * kTileRows4;
    }
  }
  for (; fits(1); column += kTileRows4, to += args.k * kTileRows4) {
    PackLeftTiles<1>(args, column, to);
  }
  for (; column < args.columns; column += kTileRows4) {
    const float* from = args.from + column;
    const int64_t left = args.columns - column;
    for (int64_t k = 0; k < args.k; ++k, to += kTileRows4) {
      for (int v = 0; v < kVectors; ++v) {
        Store(to + v * kWidth, LoadUpTo(from + k * args.ld_from + v * kWidth, left - v * kWidth));
      }
    }
  }
}

static void f32_pack_panel(const PackPanelArgs& args) {
  constexpr int kVectors = 4;
  for (int64_t k = 0; k < args.k; ++k) {
    const float* from = args.from + k * args.ld_from;
    float* to = args.to + k * kVectors * kWidth;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      Store(to + v * kWidth, LoadUpTo(from + v * kWidth, args.columns - v * kWidth));
    }
  }
}

// sum[m][v] = init-less sum of left[m] * panel[v], k ascending; left and panel move on by their
// steps. Only kVectors of the panel's four are made.
template <int kRows, int kVectors>
FUSEDRNN_INLINE void BlockSums(F (&sum)[kRows][kVectors], const float* left, const float* panel,
                               int64_t depth) {
  constexpr int kLine = 16;  // floats in a cache line
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[m][v] = Zero();
  }
  for (int64_t k = 0; k < depth; ++k) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (v * kWidth % kLine == 0) Prefetch(panel + v * kWidth + 256);
    }
    if (kRows < kVectors) {  // hold the smaller set in registers
      F scalar[kRows];
#pragma GCC unroll 8
      for (int m = 0; m < kRows; ++m) scalar[m] = Set(left[m]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const F w = Load(panel + v * kWidth);
#pragma GCC unroll 8
        for (int m = 0; m < kRows; ++m) sum[m][v] = Fma(w, scalar[m], sum[m][v]);
      }
    } else {
      F w[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) w[v] = Load(panel + v * kWidth);
#pragma GCC unroll 8
      for (int m = 0; m < kRows; ++m) {
        const F scalar = Set(left[m]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sum[m][v] = Fma(w[v], scalar, sum[m][v]);
      }
    }
    left += kRows;
    panel += 4 * kWidth;
  }
}

// One tile, all its rows computed whatever is in use.
template <int kVectors>
static __attribute__((noinline)) void BlockTile(const BlockArgs& args, int64_t row) {
  constexpr int kRows = kTileRows4;
  const int64_t rows = args.rows - row < kRows ? args.rows - row : kRows;
  float* out = args.out + row * args.ldo;
  for (int64_t m = 0; m < rows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) Prefetch(out + m * args.ldo + v * kWidth);
  }
  F sum[kRows][kVectors];
  BlockSums<kRows, kVectors>(sum, args.left + row * args.k, args.panel, args.k);
  const F beta = Set(args.beta);
  const bool reads = args.beta != 0.0f;
  if (rows == kRows && args.columns >= kVectors * kWidth) {
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        float* at = out + m * args.ldo + v * kWidth;
        Store(at, reads ? Fma(beta, Load(at), sum[m][v]) : sum[m][v]);
      }
    }
    return;
  }
  alignas(64) float whole[kRows][kVectors * kWidth];
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) Store(&whole[m][v * kWidth], sum[m][v]);
  }
  for (int64_t m = 0; m < rows; ++m) {
    for (int v = 0; v < kVectors; ++v) {
      const int64_t lanes = args.columns - v * kWidth;
      float* at = out + m * args.ldo + v * kWidth;
      const F add = Load(&whole[m][v * kWidth]);
      StoreUpTo(at, reads ? Fma(beta, LoadUpTo(at, lanes), add) : add, lanes);
    }
  }
}

// Two whole tiles of one vector: the chains of one alone would wait for their additions.
static __attribute__((noinline)) void BlockNarrowPair(const BlockArgs& args, int64_t row) {
  constexpr int kRows = kTileRows4;
  F sum[2][kRows];
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) sum[0][m] = sum[1][m] = Zero();
  const float* left = args.left + row * args.k;
  const float* next = left + kRows * args.k;
  const float* panel = args.panel;
  for (int64_t k = 0; k < args.k; ++k) {
    const F w = Load(panel);
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
      sum[0][m] = Fma(w, Set(left[m]), sum[0][m]);
      sum[1][m] = Fma(w, Set(next[m]), sum[1][m]);
    }
    left += kRows;
    next += kRows;
    panel += 4 * kWidth;
  }
  const F beta = Set(args.beta);
  for (int tile = 0; tile < 2; ++tile) {
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
      float* at = args.out + (row + tile * kRows + m) * args.ldo;
      const F add = sum[tile][m];
      StoreUpTo(at, args.beta != 0.0f ? Fma(beta, LoadUpTo(at, args.columns), add) : add,
                args.columns);
    }
  }
}

template <int kVectors>
static void BlockTiles(const BlockArgs& args) {
  int64_t row = 0;
  if (kVectors == 1) {
    for (; row + 2 * kTileRows4 <= args.rows; row += 2 * kTileRows4) BlockNarrowPair(args, row);
  }
  for (; row < args.rows; row += kTileRows4) BlockTile<kVectors>(args, row);
}

static void f32_block_product(const BlockArgs& args) {
  if (args.columns > 3 * kWidth) {
    BlockTiles<4>(args);
  } else if (args.columns > 2 * kWidth) {
    BlockTiles<3>(args);
  } else if (args.columns > kWidth) {
    BlockTiles<2>(args);
  } else {
    BlockTiles<1>(args);
  }
}

static void f32_column_sums(const ColumnSumsArgs& args) {
  constexpr int kVectors = 4;
  for (int64_t c = 0; c < args.columns; c += kVectors * kWidth) {
    const int64_t left = args.columns - c;
    F sum[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sum[v] = Zero();
    for (int64_t r = 0; r < args.rows; ++r) {
      const float* row = args.values + r * args.ld + c;
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sum[v] = Add(sum[v], LoadUpTo(row + v * kWidth, left - v * kWidth));
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const int64_t column = c + v * kWidth, lanes = left - v * kWidth;
      float* const places[] = {args.to, args.also};
      for (float* to : places) {
        if (to == nullptr) continue;
        StoreUpTo(to + column, Add(LoadUpTo(to + column, lanes), sum[v]), lanes);
      }
    }
  }
}

}  // namespace FUSEDRNN_ISA
}  // namespace fusedrnn
