#include "runtime_codes.h"

#include <array>
#include <cstdlib>

#include "ledger.h"

namespace fakecuda {
namespace {

struct Error {
  int code;
  const char* name;
  const char* text;
};

constexpr std::array<Error, 17> kErrors = {{
    {0, "cudaSuccess", "no error"},
    {1, "cudaErrorInvalidValue", "invalid argument"},
    {2, "cudaErrorMemoryAllocation", "out of memory"},
    {35, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {100, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {101, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {200, "cudaErrorInvalidKernelImage", "device kernel image is invalid"},
    {400, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {500, "cudaErrorSymbolNotFound", "named symbol not found"},
    {600, "cudaErrorNotReady", "device not ready"},
    {701, "cudaErrorLaunchOutOfResources", "too many resources requested for launch"},
    {900, "cudaErrorStreamCaptureUnsupported", "operation not permitted when stream is capturing"},
    {901, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {903, "cudaErrorStreamCaptureUnmatched",
     "capture was not ended in the same stream as it began"},
    {905, "cudaErrorStreamCaptureIsolation",
     "dependency created on uncaptured work in another stream"},
    {906, "cudaErrorStreamCaptureImplicit",
     "operation would make the legacy stream depend on a capturing blocking stream"},
    {999, "cudaErrorUnknown", "unknown error"},
}};

const Error& Lookup(int code) {
  for (const Error& error : kErrors) {
    if (error.code == code) return error;
  }
  return kErrors.back();
}

int Number(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace

int DriverVersion() {
  static const int version = Number("FAKECUDA_DRIVER", kRuntimeVersion);
  return version;
}

bool DeviceAttribute(int attribute, int* value) {
  // FAKECUDA_CAPABILITY: 90 for compute capability 9.0.
  static const int capability = Number("FAKECUDA_CAPABILITY", 90);
  switch (attribute) {
    case 1:  // most threads of a block
      *value = 1024;
      return true;
    case 8:  // most bytes of shared memory of a block
      *value = 48 << 10;
      return true;
    case 10:  // threads of a warp
      *value = 32;
      return true;
    case 13:  // clock, kHz
      *value = 1000000;
      return true;
    case 16:  // multiprocessors
      *value = 2;
      return true;
    case 75:
      *value = capability / 10;
      return true;
    case 76:
      *value = capability % 10;
      return true;
    default:
      return false;
  }
}

const char* CudaErrorName(int code) { return Lookup(code).name; }

const char* CudaErrorText(int code) { return Lookup(code).text; }

bool& HasContext() {
  static thread_local bool context = false;
  return context;
}

int Answer(int code) {
  if (code != 0) LastCudaError() = code;
  return code;
}

}  // namespace fakecuda
