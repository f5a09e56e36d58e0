// The whole test framework: EXPECT counts, tells and goes on; main returns Summary().
#pragma once

#include <cstdint>
#include <cstdio>

namespace fusedrnn {
namespace check {

inline int64_t passed = 0;
inline int64_t failed = 0;

inline constexpr int64_t kMostPrinted = 20;

}  // namespace check
}  // namespace fusedrnn

// EXPECT(condition, "format", values...): the message says shape, seed, place and both values.
#define EXPECT(condition, ...)                                                      \
  do {                                                                              \
    if (condition) {                                                                \
      ++fusedrnn::check::passed;                                                    \
    } else if (++fusedrnn::check::failed <= fusedrnn::check::kMostPrinted) {        \
      std::fprintf(stderr, "%s:%d: expected %s: ", __FILE__, __LINE__, #condition); \
      std::fprintf(stderr, __VA_ARGS__);                                            \
      std::fprintf(stderr, "\n");                                                   \
    }                                                                               \
  } while (false)

namespace fusedrnn {
namespace check {

// The exit code. A program that checked nothing has failed.
inline int Summary(const char* name) {
  std::printf("%s: %lld passed, %lld failed\n", name, static_cast<long long>(passed),
              static_cast<long long>(failed));
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace check
}  // namespace fusedrnn
