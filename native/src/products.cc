#include "products.h"

#include <algorithm>

#include "blas.h"
#include "compressed_step.h"

namespace fusedrnn {
namespace {

void ByBlas(const fr_packed& packed, const PackedMatrix& matrix, const ProductArgs& args) noexcept {
  if (args.init != nullptr && args.init != args.out) {
    for (int64_t r = 0; r < args.rows; ++r) {
      std::copy_n(args.init + r * args.ld_init, matrix.columns, args.out + r * args.ldo);
    }
  }
  MatrixProduct gemm{};
  gemm.trans_b = !matrix.canonical_transposed;
  gemm.m = args.rows;
  gemm.n = matrix.columns;
  gemm.k = matrix.k;
  gemm.alpha = 1;
  gemm.a = args.a;
  gemm.lda = args.lda;
  gemm.b = packed.At(matrix.canonical);
  gemm.ldb = matrix.ld_canonical;
  gemm.beta = args.init != nullptr ? 1.0f : 0.0f;
  gemm.c = args.out;
  gemm.ldc = args.ldo;
  // One row of zeros serves all absent initial states; OpenBLAS does not accept lda = 0.
  if (args.lda == 0) gemm.k = 0;
  BlasGemm(gemm);
}

}  // namespace

void Product(const fr_packed& packed, const PackedMatrix& matrix, const ProductArgs& args,
             int64_t panel_begin, int64_t panel_end) noexcept {
  if (packed.geometry().blas) return ByBlas(packed, matrix, args);
  if (panel_begin == panel_end || args.rows == 0) return;
  if (packed.geometry().form != WeightForm::kFloat32) {
    return CompressedProduct(packed, matrix, args, panel_begin, panel_end);
  }
  GemmArgs gemm{};
  gemm.a = args.a;
  gemm.lda = args.lda;
  gemm.rows = args.rows;
  gemm.k = matrix.k;
  gemm.panels = packed.At(matrix.panels);
  gemm.vectors = matrix.vectors;
  gemm.panel_begin = panel_begin;
  gemm.panel_end = panel_end;
  gemm.init = args.init;
  gemm.ld_init = args.ld_init;
  gemm.out = args.out;
  gemm.ldo = args.ldo;
  gemm.columns = matrix.columns;
  gemm.prefetch = args.prefetch;
  packed.geometry().kernels->f32_gemm_panels(gemm);
}

}  // namespace fusedrnn
