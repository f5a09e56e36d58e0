// The single place that knows cblas: opened on first real use, from the presets' own copy.
#pragma once

#include <cstdint>

#include "gemm.h"
#include "team.h"

namespace fusedrnn {

void OpenBlas(const char* path, bool threads_owner);  // throws Failure(FR_BLAS_UNAVAILABLE)
bool BlasIsOpen() noexcept;
void RequireBlas(const char* what);  // throws Failure(FR_BLAS_UNAVAILABLE) while closed
bool BlasLoadedBefore(const char* soname) noexcept;
const char* BlasConfig() noexcept;  // "" while closed
int32_t BlasThreads() noexcept;     // -1 while closed

// Every leading dimension must fit OpenBLAS's int32_t; throws Failure(FR_UNSUPPORTED) if not.
void CheckBlasLeading(const char* name, int64_t leading);

// As one call: any bits.
void BlasGemm(const MatrixProduct& args) noexcept;

// On a grid of blocks that depends on the sizes alone; the team shares the blocks, so that the
// thread count changes no bit.
void BlasGemmBlocks(const MatrixProduct& args, const Team& team) noexcept;

}  // namespace fusedrnn
