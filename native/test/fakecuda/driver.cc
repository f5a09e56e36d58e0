// The functions of the CUDA driver that the backend calls.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "device.h"
#include "exports.h"
#include "kernels.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr int kInvalidContext = 201;
constexpr unsigned kMostThreads = 1024;

struct Module : Object {
  static constexpr Kind kKind = Kind::kModule;
  explicit Module(std::string text) : Object(kKind), image(std::move(text)) {}

  const std::string image;
};

// A handle of a kernel: the pair of its module, which must live, and what runs.
struct Function {
  const Module* module;
  const Kernel* kernel;
};

int LoadModule(void** module, const void* image) {
  const std::string text = static_cast<const char*>(image);
  if (text.find(".version") == std::string::npos || text.find(".target") == std::string::npos)
    return kInvalidImage;
  *module = Create<Module>(text);
  return 0;
}

int FillNow(uint64_t device, const void* pattern, size_t size, size_t count, void* handle) {
  uint64_t value = 0;
  std::memcpy(&value, pattern, size);
  Stream* stream = ResolveStream(handle);
  if (stream == nullptr) return kInvalidHandle;
  return Enqueue(stream, [=] {
    if (count == 0) return;
    auto* shadow = static_cast<char*>(Shadow(reinterpret_cast<const void*>(device), size * count,
                                             "target of a memset"));  // NOLINT
    for (size_t i = 0; shadow != nullptr && i < count; ++i)
      std::memcpy(shadow + i * size, &value, size);
  });
}

}  // namespace

extern "C" {

FAKE_EXPORT int cuInit(unsigned) {
  FAKE_DRIVER_CALL();
  return DeviceCount() == 0 ? kNoDevice : 0;
}

FAKE_EXPORT int cuDriverGetVersion(int* version) {
  FAKE_DRIVER_CALL();
  *version = DriverVersion();
  return 0;
}

FAKE_EXPORT int cuDeviceGetName(char* text, int length, int device) {
  FAKE_DRIVER_CALL();
  if (device < 0 || device >= DeviceCount()) return kInvalidDevice;
  std::snprintf(text, static_cast<size_t>(length), "stand-in device");
  return 0;
}

FAKE_EXPORT int cuGetErrorName(int code, const char** text) {
  *text = CudaErrorName(code);
  return 0;
}

FAKE_EXPORT int cuGetErrorString(int code, const char** text) {
  *text = CudaErrorText(code);
  return 0;
}

FAKE_EXPORT int cuModuleLoadData(void** module, const void* image) {
  FAKE_DRIVER_CALL();
  if (!HasContext()) return kInvalidContext;
  return LoadModule(module, image);
}

FAKE_EXPORT int cuModuleLoadDataEx(void** module, const void* image, unsigned, int*, void**) {
  FAKE_DRIVER_CALL();
  if (!HasContext()) return kInvalidContext;
  return LoadModule(module, image);
}

FAKE_EXPORT int cuModuleUnload(void* module) {
  FAKE_RELEASE(kDriver);
  return Destroy(module, Kind::kModule) ? entry.injected() : kInvalidHandle;
}

FAKE_EXPORT int cuModuleGetFunction(void** function, void* module, const char* name) {
  FAKE_DRIVER_CALL();
  const auto* loaded = Get<Module>(module);
  if (loaded == nullptr) return kInvalidHandle;
  const Kernel* kernel = FindKernel(name);
  // An image without kernels stands for one that nobody could compile; a real one has to have what
  // is asked for.
  const bool stands_in = loaded->image.find(".entry") == std::string::npos;
  const bool entered = loaded->image.find(std::string(".entry ") + name + "(") != std::string::npos;
  if (kernel == nullptr || !(stands_in || entered)) return kNotFound;
  *function = new Function{
      loaded, kernel};  // Freed by nobody, as little as a real one: it is the module's.
  return 0;
}

FAKE_EXPORT int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                               unsigned block_x, unsigned block_y, unsigned block_z,
                               unsigned shared, void* handle, void** arguments, void** extra) {
  FAKE_DRIVER_CALL();
  if (!HasContext()) return kInvalidContext;
  const auto* launched = static_cast<const Function*>(function);
  Stream* stream = ResolveStream(handle);
  if (launched == nullptr || stream == nullptr || !launched->module->alive) return kInvalidHandle;
  if (stream->device != CurrentDevice()) return kInvalidHandle;
  const Extent grid{grid_x, grid_y, grid_z};
  const Extent block{block_x, block_y, block_z};
  if (grid_x == 0 || grid_y == 0 || grid_z == 0 || grid_y > 65535 || grid_z > 65535 ||
      shared != 0 || extra != nullptr) {
    return kInvalidValue;
  }
  const uint64_t threads = uint64_t{block_x} * block_y * block_z;
  if (threads == 0 || threads > kMostThreads) return kInvalidValue;
  const Kernel* kernel = launched->kernel;
  return Enqueue(stream, [=, bind = kernel->binder(arguments)] {
    const ThreadBody body = bind();
    if (body) RunGrid(kernel->name.c_str(), grid, block, body);
  });
}

FAKE_EXPORT int cuMemsetD32Async(uint64_t device, unsigned value, size_t count, void* stream) {
  FAKE_DRIVER_CALL();
  if (!HasContext()) return kInvalidContext;
  return FillNow(device, &value, sizeof value, count, stream);
}

FAKE_EXPORT int cuMemsetD16Async(uint64_t device, unsigned short value, size_t count,
                                 void* stream) {  // NOLINT
  FAKE_DRIVER_CALL();
  if (!HasContext()) return kInvalidContext;
  return FillNow(device, &value, sizeof value, count, stream);
}

}  // extern "C"
