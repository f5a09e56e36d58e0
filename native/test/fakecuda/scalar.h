// Numbers in the types that device memory holds, as float64.
#pragma once

#include <cstddef>

namespace fakecuda {

double LoadScalar(const void* values, int type, size_t index);
void StoreScalar(void* values, int type, size_t index, double value);

}  // namespace fakecuda
