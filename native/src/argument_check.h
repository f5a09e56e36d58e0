// Checks of what crosses the C ABI.
#pragma once

#include <cstdint>

#include "status.h"

namespace fusedrnn {

inline void CheckCount(const char* name, int64_t value) {
  if (value < 0) {
    Fail(FR_INVALID_ARGUMENT, "%s: %lld (expected: >= 0)", name, static_cast<long long>(value));
  }
}

template <class T>
T* CheckAddress(const char* name, T* address) {
  if (address == nullptr) Fail(FR_INVALID_ARGUMENT, "%s: 0 (expected: an address)", name);
  return address;
}

inline float* Optional(fr_address address) { return reinterpret_cast<float*>(address); }

inline float* Required(const char* name, fr_address address) {
  return CheckAddress(name, Optional(address));
}

// An address that may be 0 if nothing is read or written.
inline float* RequiredFor(const char* name, fr_address address, int64_t count) {
  return count == 0 ? Optional(address) : Required(name, address);
}

}  // namespace fusedrnn
