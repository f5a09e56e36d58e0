// How a test reaches the stand-in: the one native function of the test class FakeCuda. Plain
// numbers need no JNI header.
#include <cstdint>
#include <cstring>
#include <string>

#include "exports.h"
#include "objects.h"

using namespace fakecuda;  // NOLINT: the file is nothing but one exported function

namespace {

enum Command {
  kFailCall = 0,
  kCallCount = 1,
  kCallName = 2,
  kFailedCall = 3,
  kBreaches = 4,
  kForget = 5,
  kLiving = 6
};

// Bytes at a test's buffer for text.
constexpr size_t kTextBytes = 16384;

int64_t Tell(const std::string& text, int64_t buffer) {
  const size_t length = text.size() < kTextBytes ? text.size() : kTextBytes;
  std::memcpy(reinterpret_cast<void*>(buffer), text.data(),
              length);  // NOLINT: an address from Java
  return static_cast<int64_t>(length);
}

}  // namespace

extern "C" FAKE_EXPORT int64_t Java_io_github_fusedrnn_cudnn_fake_FakeCuda_control(void*, void*,
                                                                                   int command,
                                                                                   int64_t argument,
                                                                                   int64_t buffer) {
  switch (command) {
    case kFailCall:
      FailCall(argument, static_cast<int>(buffer));
      return 0;
    case kCallCount:
      return CallCount();
    case kCallName:
      return Tell(CallName(argument), buffer);
    case kFailedCall:
      return Tell(FailedCall(), buffer);
    case kBreaches:
      return Tell(Breaches(), buffer);
    case kForget:
      ForgetBreaches();
      return 0;
    case kLiving:
      return Tell(Living(), buffer);
    default:
      return -1;
  }
}
