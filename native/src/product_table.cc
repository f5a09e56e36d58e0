#include "product_table.h"

#include "fusedrnn/fusedrnn.h"

namespace fusedrnn {
namespace {

struct Row {
  int32_t isa;
  int32_t products;
};

// OpenBLAS's time over ours on one thread, H = 64 to 1024: least, middle and most of the shapes
// measured, for the gradients of weights | of inputs | of hidden states | for dense heads (Zen 5,
// OpenBLAS 0.3.31; bench/products.cc, benchmarks/results/2026-11-21-products.md). No class of
// shapes is OpenBLAS's: what is below 1 are single shapes, and where by more than a twentieth,
// against kernels that it does not pick by itself. So the instruction set alone decides.
constexpr Row kTable[] = {
    // The kernels that it picks: 1.78 2.06 2.46 | 1.75 2.14 2.30 | not timed | 1.48 2.04 2.64;
    // its AVX-512 kernels: 0.98 1.17 1.63 | 1.00 1.15 1.26 | 0.99 1.52 4.84 | 0.84 1.19 1.63.
    {FR_ISA_AVX512, FR_PRODUCTS_PACKED},
    // 1.05 1.12 1.35 | 0.95 1.08 1.16 | 1.22 1.57 3.61 | 0.95 1.10 1.50
    {FR_ISA_AVX2, FR_PRODUCTS_PACKED},
    // Not measured: assumed as on the other instruction sets with vectors.
    {FR_ISA_NEON, FR_PRODUCTS_PACKED},
    // OpenBLAS has vector kernels for CPUs that we have none for: its kernels
    // for AVX make up to two times our rate. (Those for SSE alone do not: 0.94 1.25 2.93.)
    {FR_ISA_PLAIN, FR_PRODUCTS_OPENBLAS},
};

}  // namespace

int32_t DefaultProducts(int32_t isa) noexcept {
  for (const Row& row : kTable) {
    if (row.isa == isa) return row.products;
  }
  return -1;
}

}  // namespace fusedrnn
