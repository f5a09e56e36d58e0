// Which kernels run on this CPU: CPUID and XGETBV, queried once.
#pragma once

#include <cstdint>

#include "kernels/kernel_list.h"

namespace fusedrnn {

const char* IsaName(int32_t isa) noexcept;   // "" if unknown
bool IsaBuilt(int32_t isa) noexcept;         // compiled into this library
bool IsaSupported(int32_t isa) noexcept;     // built, and CPU and operating system run it
int32_t BestIsa() noexcept;                  // the highest that is supported
const KernelTable& KernelsFor(int32_t isa);  // throws Failure, listing the choices
const KernelTable& BestKernels() noexcept;   // of BestIsa(): for the dense operations

}  // namespace fusedrnn
