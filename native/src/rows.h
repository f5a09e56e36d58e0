// Copies between rows of different leading dimensions, for a range of columns.
#pragma once

#include <cstdint>
#include <cstring>

namespace fusedrnn {

inline void CopyFloats(float* to, const float* from, int64_t count) {
  // memcpy must not be given nullptr or a negative count, even for nothing.
  if (count > 0) std::memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
}

inline void ZeroFloats(float* to, int64_t count) {
  if (count > 0) std::memset(to, 0, static_cast<size_t>(count) * sizeof(float));
}

// from may be nullptr: zeros.
inline void CopyOrZeroFloats(float* to, const float* from, int64_t count) {
  if (from == nullptr) {
    ZeroFloats(to, count);
  } else {
    CopyFloats(to, from, count);
  }
}

inline void AddFloats(float* to, const float* from, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] += from[i];
}

// Columns [begin, end) of `rows` rows.
inline void CopyColumns(float* to, int64_t ld_to, const float* from, int64_t ld_from, int64_t rows,
                        int64_t begin, int64_t end) {
  for (int64_t r = 0; r < rows; ++r) {
    CopyFloats(to + r * ld_to + begin, from + r * ld_from + begin, end - begin);
  }
}

}  // namespace fusedrnn
