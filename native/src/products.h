// out = init + a B for a packed matrix B, by our kernels or by OpenBLAS.
#pragma once

#include <cstdint>

#include "pack.h"

namespace fusedrnn {

struct ProductArgs {
  const float* a;  // [rows, k]
  int64_t lda;
  int64_t rows;
  const float* init;  // nullptr = 0; may be out
  int64_t ld_init;    // 0: one row serves all
  float* out;         // [rows, columns]
  int64_t ldo;
  float* quantized = nullptr;        // int8 weights: this thread's memory of QuantizedFloats
  PrefetchList* prefetch = nullptr;  // what to fetch meanwhile
};

// The columns of panels [panel_begin, panel_end); with OpenBLAS always all of them.
void Product(const fr_packed& packed, const PackedMatrix& matrix, const ProductArgs& args,
             int64_t panel_begin, int64_t panel_end) noexcept;

inline void Product(const fr_packed& packed, const PackedMatrix& matrix,
                    const ProductArgs& args) noexcept {
  Product(packed, matrix, args, 0, matrix.panel_count);
}

}  // namespace fusedrnn
