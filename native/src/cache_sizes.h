// The cache sizes of this machine, as reported by the operating system.
#pragma once

#include <cstdint>

namespace fusedrnn {

// Bytes: of one core's own first and second level, and of the last level, which cores share.
struct CacheSizes {
  int64_t l1d;
  int64_t l2;
  int64_t last;
};

// Read once; the smallest usual size where the system reports none.
const CacheSizes& Caches() noexcept;

}  // namespace fusedrnn
