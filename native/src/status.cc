#include "status.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace fusedrnn {
namespace {

// Plain data, so that the first call of a thread allocates nothing and its end runs no destructor.
struct LastCall {
  int32_t status;
  char text[512];
};
thread_local LastCall last_call;

}  // namespace

void Fail(int32_t status, const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  throw Failure(status, text);
}

int32_t Succeed() noexcept {
  last_call.status = FR_OK;
  return FR_OK;
}

int32_t Report(int32_t status, const char* text) noexcept {
  last_call.status = status;
  std::snprintf(last_call.text, sizeof last_call.text, "%s", text);
  return status;
}

int32_t LastStatus() noexcept { return last_call.status; }

const char* LastError() noexcept { return last_call.status == FR_OK ? "" : last_call.text; }

const char* StatusText(int32_t status) noexcept {
  switch (status) {
    case FR_OK:
      return "ok";
    case FR_INVALID_ARGUMENT:
      return "invalid argument";
    case FR_OUT_OF_MEMORY:
      return "out of memory";
    case FR_UNSUPPORTED:
      return "unsupported";
    case FR_BLAS_UNAVAILABLE:
      return "OpenBLAS unavailable";
    case FR_INTERNAL:
      return "internal error";
    default:
      return "unknown status";
  }
}

}  // namespace fusedrnn
