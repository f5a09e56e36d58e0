#include "gemm.h"

#include <algorithm>

#include "geometry.h"

namespace fusedrnn {
namespace {

// The inner index is cut so that a panel's part (64 KiB for AVX-512) and a block of the left side
// (192 KiB) stay in a second-level cache of 1 MiB; columns so that the packed right side need not
// be made again for each of many blocks of rows.
constexpr int64_t kDepth = 256;
constexpr int64_t kRows = 192;
constexpr int64_t kColumns = 512;
constexpr int64_t kMostPanels = kColumns / 16;  // of the narrowest vectors, 4 floats
constexpr int64_t kSumRows = 88;  // rows of a left side that is read as it is, at a time
constexpr int64_t kSumLeading = kColumns + 16;  // of their sums over one block of depth
static_assert(kSumRows * kSumLeading <= kRows * kDepth,
              "their place is that of a packed left side");
constexpr int64_t kLeftExcess = 64;  // what f32_pack_left may write past its end

// `size` cut into as few blocks of at most `most` as possible, as equal as possible.
struct Cut {
  int64_t size, count;
  Cut(int64_t whole, int64_t most) : size(whole), count(DivideUp(whole, most)) {}
  int64_t Begin(int64_t i) const { return size * i / count; }
};

int64_t TileRowsUp(const KernelTable& kernels, int64_t rows) {
  return DivideUp(rows, kernels.tile_rows) * kernels.tile_rows;
}

int64_t LeftFloats(const KernelTable& kernels, int64_t m, int64_t k) {
  return DivideUp(TileRowsUp(kernels, std::min(m, kRows)) * std::min(k, kDepth) + kLeftExcess, 16) *
         16;
}

// Rows [begin, end) of c that this thread makes: whole tiles.
void OwnRows(const KernelTable& kernels, int64_t m, const Team& team, int64_t* begin,
             int64_t* end) {
  const int64_t tiles = DivideUp(m, kernels.tile_rows);
  *begin = std::min(m, team.Begin(tiles) * kernels.tile_rows);
  *end = std::min(m, team.End(tiles) * kernels.tile_rows);
}

// alpha times the first `columns` (at most 4V) columns of b [k, .] as one panel.
void PackPanel(const KernelTable& kernels, const float* b, int64_t ldb, bool transposed, int64_t k,
               int64_t columns, float alpha, float* panel) {
  const int64_t wide = 4 * kernels.width;
  if (transposed) {
    kernels.f32_transpose({b, ldb, columns, k, panel, wide, wide});
  } else {
    kernels.f32_pack_panel({b, ldb, k, columns, panel});
  }
  if (alpha == 1.0f) return;
  for (int64_t i = 0; i < k * wide; ++i) panel[i] *= alpha;
}

struct Panel {
  int side;
  int64_t column, columns;
};

// c = beta c + alpha a^T b, all of whose left sides' widths are at most `widest`.
struct TransposedArgs {
  const LeftSide* lefts;
  int left_count;
  int64_t widest;
  int64_t k;
  const RightSide* sides;
  int count;
  bool trans_b;
  float alpha, beta;
};

// The own rows of one left side, for one block of depth and the packed panels of its right sides.
void TransposedBlock(const KernelTable& kernels, const TransposedArgs& args, const LeftSide& side,
                     int64_t k0, int64_t deep, const Panel* panels, int64_t count,
                     const float* right, float* left, const Team& team) {
  const int64_t wide = 4 * kernels.width, tile = kernels.tile_rows;
  int64_t begin, end;
  OwnRows(kernels, side.columns, team, &begin, &end);
  const Cut rows(DivideUp(end - begin, tile), kRows / tile);
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t m0 = begin + rows.Begin(r) * tile;
    const int64_t high = std::min(end, begin + rows.Begin(r + 1) * tile) - m0;
    kernels.f32_pack_left({side.a + k0 * side.lda + m0, side.lda, deep, high, left});
    for (int64_t i = 0; i < count; ++i) {
      if (panels[i].side < side.first || panels[i].side >= side.first + side.count) continue;
      const RightSide& to = args.sides[panels[i].side];
      kernels.f32_block_product(
          {left, deep, high, right + i * deep * wide, k0 == 0 ? args.beta : 1.0f,
           to.c + (side.row + m0) * to.ldc + panels[i].column, to.ldc, panels[i].columns});
    }
  }
}

// For the panels listed, which the team packs together.
void TransposedGroup(const KernelTable& kernels, const TransposedArgs& args, const Panel* panels,
                     int64_t count, float* left, float* right, const Team& team) {
  const int64_t wide = 4 * kernels.width;
  const Cut depth(args.k, kDepth);
  for (int64_t p = 0; p < depth.count; ++p) {
    const int64_t k0 = depth.Begin(p), deep = depth.Begin(p + 1) - k0;
    team.Sync();  // nobody reads the panels before these any more
    for (int64_t i = team.Begin(count); i < team.End(count); ++i) {
      const RightSide& side = args.sides[panels[i].side];
      const float* b = args.trans_b ? side.b + panels[i].column * side.ldb + k0
                                    : side.b + k0 * side.ldb + panels[i].column;
      PackPanel(kernels, b, side.ldb, args.trans_b, deep, panels[i].columns, args.alpha,
                right + i * deep * wide);
    }
    team.Sync();
    for (int i = 0; i < args.left_count; ++i) {
      TransposedBlock(kernels, args, args.lefts[i], k0, deep, panels, count, right, left, team);
    }
  }
}

void Transposed(const KernelTable& kernels, const TransposedArgs& args, const GemmWork& work,
                const Team& team) {
  const int64_t wide = 4 * kernels.width;
  float* left = work.floats + team.index * work.each;
  float* right = work.floats + LeftFloats(kernels, args.widest, args.k);
  Panel panels[kMostPanels];
  int64_t used = 0;
  for (int s = 0; s < args.count; ++s) {
    const int64_t columns = args.sides[s].columns;
    for (int64_t column = 0; column < columns; column += wide) {
      panels[used++] = {s, column, std::min(wide, columns - column)};
      const bool last = s + 1 == args.count && column + wide >= columns;
      if (used * wide < kColumns && !last) continue;
      TransposedGroup(kernels, args, panels, used, left, right, team);
      used = 0;
    }
  }
}

// Rows [begin, end) of a product whose left side is read as it is; the team packs the right side
// together.
void Straight(const KernelTable& kernels, const MatrixProduct& product, const GemmWork& work,
              const Team& team) {
  int64_t begin, end;
  OwnRows(kernels, product.m, team, &begin, &end);
  const int64_t wide = 4 * kernels.width;
  const Cut depth(product.k, kDepth);
  float* right = work.floats;
  float* sums = work.floats + team.index * work.each + kColumns * kDepth;
  for (int64_t column = 0; column < product.n; column += kColumns) {
    const int64_t columns = std::min(kColumns, product.n - column);
    const int64_t panels = DivideUp(columns, wide);
    float* c = product.c + begin * product.ldc + column;
    for (int64_t p = 0; p < depth.count; ++p) {
      const int64_t k0 = depth.Begin(p), deep = depth.Begin(p + 1) - k0;
      team.Sync();  // nobody reads the panels before these any more
      for (int64_t i = team.Begin(panels); i < team.End(panels); ++i) {
        const int64_t at = column + i * wide;
        const float* b =
            product.trans_b ? product.b + at * product.ldb + k0 : product.b + k0 * product.ldb + at;
        PackPanel(kernels, b, product.ldb, product.trans_b, deep,
                  std::min(wide, columns - i * wide), product.alpha, right + i * wide * deep);
      }
      team.Sync();
      const float beta = p == 0 ? product.beta : 1.0f;
      for (int64_t r = 0; r < end - begin; r += kSumRows) {
        GemmArgs args{};
        args.a = product.a + (begin + r) * product.lda + k0;
        args.lda = product.lda;
        args.rows = std::min(kSumRows, end - begin - r);
        args.k = deep;
        args.panels = right;
        args.vectors = 4;
        args.panel_end = panels;
        args.out = beta == 0 ? c + r * product.ldc : sums;
        args.ldo = beta == 0 ? product.ldc : kSumLeading;
        args.columns = columns;
        kernels.f32_gemm_panels(args);
        for (int64_t i = 0; beta != 0 && i < args.rows; ++i) {
          float* row = c + (r + i) * product.ldc;
          for (int64_t j = 0; j < columns; ++j) row[j] = beta * row[j] + sums[i * kSumLeading + j];
        }
      }
    }
  }
}

// Whether each thread computes its own columns: that needs no barrier, and every panel is packed by
// the thread that reads it.
bool TakesColumns(int64_t panels, const Team& team) {
  constexpr int64_t kFewest = 16;  // for each thread: one more or less matters little then
  return team.count > 1 && panels >= kFewest * team.count;
}

}  // namespace

int64_t GemmWorkFloats(const KernelTable& kernels, int64_t m, int64_t n, int64_t k) {
  // Each of two sides may end in a panel that it does not fill.
  const int64_t wide = 4 * kernels.width;
  const int64_t columns = std::min(DivideUp(n, wide) * wide + wide, kColumns);
  return PadLeading(LeftFloats(kernels, m, k) + columns * std::min(k, kDepth));
}

int64_t LargestGemmWorkFloats(const KernelTable& kernels) {
  return GemmWorkFloats(kernels, kRows, kColumns, kDepth);
}

void AddTransposedProducts(const KernelTable& kernels, const LeftSide* lefts, int left_count,
                           int64_t k, const RightSide* sides, int count, const GemmWork& work,
                           const Team& team) noexcept {
  if (k <= 0) return;
  int64_t widest = 0;
  for (int i = 0; i < left_count; ++i) widest = std::max(widest, lefts[i].columns);
  Transposed(kernels, {lefts, left_count, widest, k, sides, count, false, 1.0f, 1.0f}, work, team);
}

void Gemm(const KernelTable& kernels, const MatrixProduct& product, const GemmWork& work,
          const Team& team) noexcept {
  if (product.k <= 0) {
    if (team.index == 0) ScaleOnly(product);
    return;
  }
  const int64_t wide = 4 * kernels.width, panels = DivideUp(product.n, wide);
  if (TakesColumns(panels, team)) {
    MatrixProduct own = product;
    const int64_t begin = team.Begin(panels) * wide;
    own.n = std::min(product.n, team.End(panels) * wide) - begin;
    own.b += product.trans_b ? begin * product.ldb : begin;
    own.c += begin;
    return Gemm(kernels, own, {work.floats + team.index * work.each, work.each}, kAlone);
  }
  if (!product.trans_a) return Straight(kernels, product, work, team);
  const LeftSide left = {product.a, product.lda, product.m, 0, 0, 1};
  const RightSide right = {product.b, product.ldb, product.n, product.c, product.ldc};
  Transposed(
      kernels,
      {&left, 1, product.m, product.k, &right, 1, product.trans_b, product.alpha, product.beta},
      work, team);
}

void ScaleOnly(const MatrixProduct& product) noexcept {
  for (int64_t i = 0; i < product.m; ++i) {
    float* row = product.c + i * product.ldc;
    for (int64_t j = 0; j < product.n; ++j) row[j] = product.beta == 0 ? 0 : product.beta * row[j];
  }
}

}  // namespace fusedrnn
