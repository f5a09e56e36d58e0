// Which library computes float32 products by default: our packed kernels or OpenBLAS.
#pragma once

#include <cstdint>

namespace fusedrnn {

// FR_PRODUCTS_PACKED or FR_PRODUCTS_OPENBLAS; isa is one of FR_ISA_*.
int32_t DefaultProducts(int32_t isa) noexcept;

}  // namespace fusedrnn
