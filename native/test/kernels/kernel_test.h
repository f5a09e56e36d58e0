// What the kernel tests share: the tables this CPU can run, guarded buffers, packing, random
// numbers.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "check.h"
#include "fusedrnn/fusedrnn.h"
#include "kernels/kernel_list.h"

namespace fusedrnn {

inline std::vector<const KernelTable*> RunnableTables() {
  std::vector<const KernelTable*> tables;
  tables.push_back(&plain::kKernels);
#ifdef FUSEDRNN_BUILD_NEON
  tables.push_back(&neon::kKernels);
#endif
#ifdef FUSEDRNN_BUILD_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    tables.push_back(&avx2::kKernels);
  }
#endif
#ifdef FUSEDRNN_BUILD_AVX512
  if (__builtin_cpu_supports("avx512f")) tables.push_back(&avx512::kKernels);
#endif
  return tables;
}

inline const char* IsaName(const KernelTable& table) {
  switch (table.isa) {
    case FR_ISA_PLAIN:
      return "plain";
    case FR_ISA_NEON:
      return "neon";
    case FR_ISA_AVX2:
      return "avx2";
    default:
      return "avx512";
  }
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}
  // Uniform in [-1, 1).
  float Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<float>(static_cast<int64_t>(state_ >> 40)) * 0x1p-23f - 1.0f;
  }

 private:
  uint64_t state_;
};

// A matrix [rows, columns] with leading dimension ld, at an address aligned to 4 bytes only, in a
// block whose every other float is a canary: around it and between a row's end and the next row.
class Guarded {
 public:
  Guarded(int64_t rows, int64_t columns, int64_t gap = 3)
      : rows_(rows),
        columns_(columns),
        ld_(columns + gap),
        block_(static_cast<size_t>(kGuard * 2 + rows * ld_), kCanary) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) at(r, c) = 0.0f;
    }
  }
  Guarded& Fill(Random& random, float scale = 1.0f) {
    for (int64_t r = 0; r < rows_; ++r) {
      for (int64_t c = 0; c < columns_; ++c) at(r, c) = scale * random.Next();
    }
    return *this;
  }
  float* data() { return block_.data() + kGuard; }
  const float* data() const { return block_.data() + kGuard; }
  float* row(int64_t r) { return data() + r * ld_; }
  float& at(int64_t r, int64_t c) { return data()[r * ld_ + c]; }
  float at(int64_t r, int64_t c) const { return data()[r * ld_ + c]; }
  int64_t ld() const { return ld_; }
  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  // True if nothing outside the matrix was written.
  bool Intact() const {
    for (int64_t i = 0; i < static_cast<int64_t>(block_.size()); ++i) {
      const int64_t at = i - kGuard;
      const bool inside = at >= 0 && at < rows_ * ld_ && at % ld_ < columns_;
      if (!inside && std::memcmp(&block_[static_cast<size_t>(i)], &kCanary, sizeof kCanary) != 0) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr int64_t kGuard = 37;  // odd, so that the data is not aligned
  static constexpr float kCanary = -12345.678f;
  int64_t rows_, columns_, ld_;
  std::vector<float> block_;
};

// True if the row's values are the same bits (so that -0 and NaN count).
inline bool SameBits(const float* a, const float* b, int64_t n) {
  return std::memcmp(a, b, static_cast<size_t>(n) * sizeof(float)) == 0;
}
inline bool SameBits(const Guarded& a, const Guarded& b) {
  for (int64_t r = 0; r < a.rows(); ++r) {
    if (!SameBits(a.data() + r * a.ld(), b.data() + r * b.ld(), a.columns())) return false;
  }
  return true;
}

struct FreeBlock {
  void operator()(float* p) const { std::free(p); }
};
using Panels = std::unique_ptr<float[], FreeBlock>;

inline int64_t PanelCount(int64_t units, int64_t vectors, int64_t width, bool gates) {
  const int64_t per_panel = gates ? width : vectors * width;
  return (units + per_panel - 1) / per_panel;
}

// Column of panel layout -> row of the [G*H, K] matrix, or -1 in the padding. Without gates G = 1
// and H columns.
inline int64_t SourceRow(int64_t column, int64_t units, int64_t vectors, int64_t width,
                         bool gates) {
  if (!gates) return column < units ? column : -1;
  const int64_t panel = column / (vectors * width);
  const int64_t gate = column / width % vectors;
  const int64_t unit = panel * width + column % width;
  return unit < units ? gate * units + unit : -1;
}

// weights: [G*H, K] in row order.
inline Panels Pack(const Guarded& weights, int64_t units, int64_t vectors, int64_t width,
                   bool gates) {
  const int64_t k = weights.columns();
  const int64_t columns = PanelCount(units, vectors, width, gates) * vectors * width;
  const size_t bytes = (static_cast<size_t>(columns * k) * sizeof(float) + 63) / 64 * 64;
  Panels packed(static_cast<float*>(std::aligned_alloc(64, bytes)));
  for (int64_t c = 0; c < columns; ++c) {
    const int64_t source = SourceRow(c, units, vectors, width, gates);
    const int64_t panel = c / (vectors * width);
    for (int64_t i = 0; i < k; ++i) {
      packed[static_cast<size_t>((panel * k + i) * vectors * width + c % (vectors * width))] =
          source < 0 ? 0.0f : weights.at(source, i);
    }
  }
  return packed;
}

inline double Logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Largest |a - b| over the matrix, and where.
struct Worst {
  double error = 0.0;
  double got = 0.0, want = 0.0;
  int64_t row = 0, column = 0;
  void See(double value, double expected, int64_t r, int64_t c) {
    const double e = std::fabs(value - expected);
    if (!(e <= error)) {
      error = std::isnan(e) ? 1e30 : e;
      got = value;
      want = expected;
      row = r;
      column = c;
    }
  }
};

#define EXPECT_WORST(worst, bound, format, ...)                                                  \
  EXPECT((worst).error <= (bound), format ": error %g at (%lld, %lld), got %.9g, expected %.9g", \
         __VA_ARGS__, (worst).error, static_cast<long long>((worst).row),                        \
         static_cast<long long>((worst).column), (worst).got, (worst).want)

}  // namespace fusedrnn
