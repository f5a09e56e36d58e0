// The single place that knows cblas: opened on first real use, from the presets' own copy.
#pragma once

#include <cstdint>

#include "workers.h"

namespace fusedrnn {

void OpenBlas(const char* path, bool threads_owner);  // throws Failure(FR_BLAS_UNAVAILABLE)
bool BlasIsOpen() noexcept;
void RequireBlas(const char* what);  // throws Failure(FR_BLAS_UNAVAILABLE) while closed
bool BlasLoadedBefore(const char* soname) noexcept;
const char* BlasConfig() noexcept;  // "" while closed
int32_t BlasThreads() noexcept;     // -1 while closed

// c[m, n] = alpha op(a) op(b) + beta c, row-major; op transposes where asked.
struct BlasGemmArgs {
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

// Every leading dimension must fit OpenBLAS's int32_t; throws Failure(FR_UNSUPPORTED) if not.
void CheckBlasLeading(const char* name, int64_t leading);

// As one call: any bits.
void BlasGemm(const BlasGemmArgs& args) noexcept;

// On a grid of blocks that depends on the sizes alone; the crew shares the blocks, so that the
// thread count changes no bit.
void BlasGemmBlocks(const BlasGemmArgs& args, const Crew& crew) noexcept;

}  // namespace fusedrnn
