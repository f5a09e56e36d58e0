#include "pack_compressed.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "half.h"
#include "status.h"

namespace fusedrnn {
namespace {

// Blocks of that many k keep both sides of the transposition in L1.
constexpr int64_t kBlock = 16;

int64_t Groups(const Geometry& g, int64_t k) { return DivideUp(k, g.int8->group); }

void PackHalves(const float* const* rows, int64_t columns, int64_t k, uint16_t* panel) {
  for (int64_t k0 = 0; k0 < k; k0 += kBlock) {
    const int64_t k1 = std::min(k, k0 + kBlock);
    for (int64_t c = 0; c < columns; ++c) {
      const float* row = rows[c];
      for (int64_t i = k0; i < k1; ++i) {
        const float w = row == nullptr ? 0.0f : row[i];
        if (std::fabs(w) > kLargestHalf && !std::isinf(w)) {
          Fail(FR_INVALID_ARGUMENT,
               "weights: %g (expected: at most %g for float16; float32 and int8 hold more)",
               static_cast<double>(w), static_cast<double>(kLargestHalf));
        }
        panel[i * columns + c] = ToHalf(w);
      }
    }
  }
}

// The largest |w| of a row; NaN if one is not finite.
float Largest(const float* row, int64_t k) {
  float largest = 0.0f;
  for (int64_t i = 0; i < k; ++i) {
    if (!std::isfinite(row[i])) return std::numeric_limits<float>::quiet_NaN();
    largest = std::max(largest, std::fabs(row[i]));
  }
  return largest;
}

// Column c of a panel: `block` holds the weights of its vector and group 0.
struct Int8Column {
  int64_t group, step, stride;  // k of a block; bytes from k to k + 1; from group to group
  int8_t* first;

  void Set(int64_t k, int8_t w) const { first[k / group * stride + k % group * step] = w; }
};

}  // namespace

void PlaceCompressed(const Geometry& g, ArenaLayout* arena, PackedMatrix* matrix) {
  const int64_t columns = matrix->vectors * g.kernels->width;
  const int64_t all = CheckedMultiply(matrix->panel_count, columns);
  if (g.form == WeightForm::kFloat16) {
    matrix->panels = arena->Floats(DivideUp(CheckedMultiply(all, matrix->k), 2));
    return;
  }
  const int64_t padded = Groups(g, matrix->k) * g.int8->group;
  matrix->panels = arena->Floats(DivideUp(CheckedMultiply(all, padded), 4));
  matrix->scales = arena->Floats(all);
  matrix->corrections = arena->Floats(all);
}

void PackCompressedPanel(const Geometry& g, const PackedMatrix& matrix, int64_t p,
                         const float* const* rows, float* base) {
  const int64_t v = g.kernels->width, columns = matrix.vectors * v, k = matrix.k;
  if (g.form == WeightForm::kFloat16) {
    PackHalves(rows, columns, k,
               reinterpret_cast<uint16_t*>(base + matrix.panels) + p * columns * k);
    return;
  }
  const Int8Table& kernels = *g.int8;
  const int64_t groups = Groups(g, k), block = v * kernels.group;
  int8_t* panel =
      reinterpret_cast<int8_t*>(base + matrix.panels) + p * groups * columns * kernels.group;
  std::fill_n(panel, groups * columns * kernels.group, int8_t{0});
  float* scales = base + matrix.scales + p * columns;
  int32_t* corrections = reinterpret_cast<int32_t*>(base + matrix.corrections) + p * columns;
  for (int64_t c = 0; c < columns; ++c) {
    const float largest = rows[c] == nullptr ? 0.0f : Largest(rows[c], k);
    scales[c] = largest / kInt8Weight;
    corrections[c] = 0;
    // Below that the factor is not finite, and so small a weight is nothing beside any other
    // number.
    if (!(largest > 1e-30f)) {
      if (!std::isnan(largest)) scales[c] = 0.0f;
      continue;
    }
    const float factor = static_cast<float>(kInt8Weight) / largest;
    const Int8Column column{
        kernels.group, kernels.interleaved ? 1 : v, matrix.vectors * block,
        panel + c / v * block + c % v * (kernels.interleaved ? kernels.group : 1)};
    int64_t sum = 0;
    for (int64_t i = 0; i < k; ++i) {
      const int8_t w = static_cast<int8_t>(std::nearbyint(rows[c][i] * factor));
      column.Set(i, w);
      sum += w;
    }
    // Modulo 2^32, as the kernels add it.
    corrections[c] = static_cast<int32_t>(static_cast<uint32_t>(-sum * kernels.offset));
  }
}

}  // namespace fusedrnn
