// The functions of the CUDA runtime that the backend calls: devices, memory, copies.
#include <cstdint>
#include <cstring>
#include <vector>

#include "device.h"
#include "exports.h"
#include "runtime_codes.h"
#include "stream.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

enum CopyKind {
  kHostToHost = 0,
  kHostToDevice = 1,
  kDeviceToHost = 2,
  kDeviceToDevice = 3,
  kDefault = 4
};

// Where copied bytes lie, or null after telling the breach. Host memory is not ours to check beyond
// that it is no device memory.
char* Side(const void* pointer, size_t bytes, bool device, const char* what) {
  if (device) return static_cast<char*>(Shadow(pointer, bytes, what));
  if (IsDevice(pointer)) {
    Breach("%s: %p is device memory where host memory is expected", what, pointer);
    return nullptr;
  }
  return static_cast<char*>(const_cast<void*>(pointer));
}

bool CopyNow(void* to, const void* from, size_t bytes, int kind) {
  if (bytes == 0) return true;
  const bool to_device =
      kind == kHostToDevice || kind == kDeviceToDevice || (kind == kDefault && IsDevice(to));
  const bool from_device =
      kind == kDeviceToHost || kind == kDeviceToDevice || (kind == kDefault && IsDevice(from));
  char* target = Side(to, bytes, to_device, "target of a copy");
  const char* source = Side(from, bytes, from_device, "source of a copy");
  if (target == nullptr || source == nullptr) return false;
  std::memmove(target, source, bytes);
  return true;
}

int CopyAsync(void* to, const void* from, size_t bytes, int kind, void* handle) {
  Stream* stream = ResolveStream(handle);
  if (stream == nullptr) return kInvalidHandle;
  const void* host = IsDevice(to) ? (IsDevice(from) ? nullptr : from) : to;
  if (host == nullptr || IsPinned(host, bytes)) {
    return Enqueue(stream, [=] { CopyNow(to, from, bytes, kind); });
  }
  // Pageable memory: the runtime stages it. What is read has been read when the call returns, and
  // what is written has been written.
  if (stream->capture != nullptr) {
    Breach(
        "a copy of pageable memory is captured; a replay would read or write it at another time");
    return Enqueue(stream, [=] { CopyNow(to, from, bytes, kind); });
  }
  if (host == from) {
    const auto* bytes_of = static_cast<const char*>(from);
    std::vector<char> staged(bytes_of, bytes_of + bytes);
    return Enqueue(stream, [=, staged = std::move(staged)] {
      CopyNow(to, staged.data(), staged.size(), kHostToDevice);
    });
  }
  const int code = Enqueue(stream, [=] { CopyNow(to, from, bytes, kind); });
  Drain(stream);
  return code;
}

void SetNow(void* pointer, int value, size_t bytes) {
  if (bytes == 0) return;
  void* shadow = Shadow(pointer, bytes, "target of a memset");
  if (shadow != nullptr) std::memset(shadow, value, bytes);
}

}  // namespace

extern "C" {

FAKE_EXPORT int cudaGetDeviceCount(int* count) {
  FAKE_CUDA_CALL();
  *count = 0;
  if (DriverVersion() < kRuntimeVersion) return Answer(kInsufficientDriver);
  if (DeviceCount() == 0) return Answer(kNoDevice);
  *count = DeviceCount();
  return 0;
}

FAKE_EXPORT int cudaDriverGetVersion(int* version) {
  FAKE_CUDA_CALL();
  *version = DriverVersion();
  return 0;
}

FAKE_EXPORT int cudaRuntimeGetVersion(int* version) {
  FAKE_CUDA_CALL();
  *version = kRuntimeVersion;
  return 0;
}

FAKE_EXPORT int cudaSetDevice(int device) {
  FAKE_CUDA_CALL();
  if (device < 0 || device >= DeviceCount()) return Answer(kInvalidDevice);
  CurrentDevice() = device;
  HasContext() = true;
  return 0;
}

FAKE_EXPORT int cudaGetDevice(int* device) {
  FAKE_CUDA_CALL();
  *device = CurrentDevice();
  return 0;
}

FAKE_EXPORT int cudaDeviceGetAttribute(int* value, int attribute, int device) {
  FAKE_CUDA_CALL();
  if (device < 0 || device >= DeviceCount()) return Answer(kInvalidDevice);
  return Answer(DeviceAttribute(attribute, value) ? 0 : kInvalidValue);
}

FAKE_EXPORT int cudaDeviceGetPCIBusId(char* text, int length, int device) {
  FAKE_CUDA_CALL();
  if (device < 0 || device >= DeviceCount()) return Answer(kInvalidDevice);
  std::snprintf(text, static_cast<size_t>(length), "0000:0%d:00.0", device + 1);
  return 0;
}

FAKE_EXPORT int cudaDeviceSynchronize() {
  FAKE_CUDA_CALL();
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  DrainDevice(CurrentDevice());
  return 0;
}

FAKE_EXPORT int cudaGetLastError() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  const int error = LastCudaError();
  LastCudaError() = 0;
  return error;
}

FAKE_EXPORT int cudaPeekAtLastError() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  return LastCudaError();
}

FAKE_EXPORT const char* cudaGetErrorString(int code) { return CudaErrorText(code); }

FAKE_EXPORT const char* cudaGetErrorName(int code) { return CudaErrorName(code); }

FAKE_EXPORT int cudaMalloc(void** pointer, size_t bytes) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  return Answer(Allocate(pointer, bytes));
}

FAKE_EXPORT int cudaFree(void* pointer) {
  FAKE_CUDA_RELEASE();
  HasContext() = true;
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  DrainDevice(CurrentDevice());
  return Answer(Free(pointer) ? entry.injected() : kInvalidValue);
}

FAKE_EXPORT int cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  return Answer(AllocatePinned(pointer, bytes));
}

FAKE_EXPORT int cudaMallocHost(void** pointer, size_t bytes) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  return Answer(AllocatePinned(pointer, bytes));
}

FAKE_EXPORT int cudaFreeHost(void* pointer) {
  FAKE_CUDA_RELEASE();
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  for (int device = 0; device < DeviceCount(); ++device) DrainDevice(device);
  return Answer(FreePinned(pointer) ? entry.injected() : kInvalidValue);
}

FAKE_EXPORT int cudaMemGetInfo(size_t* free, size_t* total) {
  FAKE_CUDA_CALL();
  MemoryInfo(free, total);
  return 0;
}

FAKE_EXPORT int cudaMemcpy(void* to, const void* from, size_t bytes, int kind) {
  FAKE_CUDA_CALL();
  if (CaptureForbids()) return Answer(kCaptureUnsupported);
  bool copied = false;
  const int code =
      Enqueue(ResolveStream(nullptr), [&] { copied = CopyNow(to, from, bytes, kind); });
  return Answer(code != 0 ? code : copied ? 0 : kInvalidValue);
}

FAKE_EXPORT int cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, void* stream) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  return Answer(CopyAsync(to, from, bytes, kind, stream));
}

FAKE_EXPORT int cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                                  size_t width, size_t height, int kind, void* stream) {
  FAKE_CUDA_CALL();
  if (width > to_pitch || width > from_pitch) return Answer(kInvalidValue);
  for (size_t row = 0; row < height; ++row) {
    const int code =
        CopyAsync(static_cast<char*>(to) + row * to_pitch,
                  static_cast<const char*>(from) + row * from_pitch, width, kind, stream);
    if (code != 0) return Answer(code);
  }
  return 0;
}

FAKE_EXPORT int cudaMemcpyPeerAsync(void* to, int, const void* from, int, size_t bytes,
                                    void* stream) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  return Answer(CopyAsync(to, from, bytes, kDeviceToDevice, stream));
}

FAKE_EXPORT int cudaMemset(void* pointer, int value, size_t bytes) {
  FAKE_CUDA_CALL();
  return Answer(Enqueue(ResolveStream(nullptr), [=] { SetNow(pointer, value, bytes); }));
}

FAKE_EXPORT int cudaMemsetAsync(void* pointer, int value, size_t bytes, void* stream) {
  FAKE_CUDA_CALL();
  HasContext() = true;
  return Answer(Enqueue(ResolveStream(stream), [=] { SetNow(pointer, value, bytes); }));
}

FAKE_EXPORT int cudaMemset2DAsync(void* pointer, size_t pitch, int value, size_t width,
                                  size_t height, void* stream) {
  FAKE_CUDA_CALL();
  if (width > pitch) return Answer(kInvalidValue);
  return Answer(Enqueue(ResolveStream(stream), [=] {
    for (size_t row = 0; row < height; ++row)
      SetNow(static_cast<char*>(pointer) + row * pitch, value, width);
  }));
}

}  // extern "C"
