// Codes, texts and properties that the CUDA runtime and driver answer.
#pragma once

#include <cstdio>

namespace fakecuda {

constexpr int kInvalidValue = 1;
constexpr int kInsufficientDriver = 35;
constexpr int kNoDevice = 100;
constexpr int kInvalidDevice = 101;
constexpr int kInvalidImage = 200;
constexpr int kInvalidHandle = 400;
constexpr int kNotFound = 500;
constexpr int kNotReady = 600;
constexpr int kCaptureUnsupported = 900;
constexpr int kCaptureInvalidated = 901;
constexpr int kCaptureUnmatched = 903;
constexpr int kCaptureIsolation = 905;

constexpr int kRuntimeVersion = 13000;

// FAKECUDA_DRIVER, 13000 when unset: the CUDA version that the driver supports.
int DriverVersion();
// False for an attribute that the stand-in does not know.
bool DeviceAttribute(int attribute, int* value);
const char* CudaErrorName(int code);
const char* CudaErrorText(int code);

// Whether this thread has a device's context, without which the driver's functions fail; the
// runtime's make it.
bool& HasContext();

// Remembers an error as this thread's last one.
int Answer(int code);

}  // namespace fakecuda
