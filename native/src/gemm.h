// Dense products by our own kernels, blocked for the caches, both sides packed as they are needed.
// Every element is summed in blocks of the inner index that depend on its size alone, so that
// neither the way the work is shared nor the thread count changes a bit.
#pragma once

#include <cstdint>

#include "dispatch.h"
#include "team.h"

namespace fusedrnn {

// c[m, n] = alpha op(a) op(b) + beta c, row-major; op transposes where asked. With beta = 0, c is
// not read.
struct MatrixProduct {
  bool trans_a, trans_b;
  int64_t m, n, k;
  float alpha;
  const float* a;
  int64_t lda;
  const float* b;
  int64_t ldb;
  float beta;
  float* c;
  int64_t ldc;
};

// b [k, columns] and where a^T b goes.
struct RightSide {
  const float* b;
  int64_t ldb;
  int64_t columns;
  float* c;
  int64_t ldc;
};

// a [k, columns]: a^T times the right sides from `first` on, `count` of them, makes their rows
// [row, row + columns) of c.
struct LeftSide {
  const float* a;
  int64_t lda;
  int64_t columns;
  int64_t row;
  int first, count;
};

// Workspace of a team: one part for each thread, all of the same size, one after the other.
struct GemmWork {
  float* floats;
  int64_t each;  // floats of a part
};

// Floats of a thread's part for products of at most these sizes, a whole number of cache lines.
int64_t GemmWorkFloats(const KernelTable& kernels, int64_t m, int64_t n, int64_t k);

// c += a^T b for every left side and each of its right sides, all with k rows. The team shares c.
void AddTransposedProducts(const KernelTable& kernels, const LeftSide* lefts, int left_count,
                           int64_t k, const RightSide* sides, int count, const GemmWork& work,
                           const Team& team) noexcept;

// Floats of a thread's part that serve products of any size.
int64_t LargestGemmWorkFloats(const KernelTable& kernels);

// m, n >= 1. The team shares c.
void Gemm(const KernelTable& kernels, const MatrixProduct& product, const GemmWork& work,
          const Team& team) noexcept;

// c = beta c: what is left of a product with nothing inside.
void ScaleOnly(const MatrixProduct& product) noexcept;

}  // namespace fusedrnn
