// NVRTC: compiles nothing, and gives an image that stands for all kernels.
#include <cstring>
#include <string>

#include "exports.h"
#include "objects.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr int kInvalidProgram = 4;

struct Program : Object {
  static constexpr Kind kKind = Kind::kProgram;
  Program() : Object(kKind) {}

  bool compiled = false;
};

const std::string& Image() {
  static const std::string image = "// a stand-in\n.version 9.0\n.target sm_75\n";
  return image;
}

int Give(const std::string& text, char* to) {
  std::memcpy(to, text.c_str(), text.size() + 1);
  return 0;
}

}  // namespace

extern "C" {

FAKE_EXPORT const char* nvrtcGetErrorString(int code) {
  return code == 0 ? "NVRTC_SUCCESS" : "NVRTC_ERROR";
}

FAKE_EXPORT int nvrtcCreateProgram(void** program, const char* source, const char*, int,
                                   const char* const*, const char* const*) {
  FAKE_CALL(kRtc);
  if (std::strstr(source, "__global__") == nullptr) return kInvalidProgram;
  *program = Create<Program>();
  return 0;
}

FAKE_EXPORT int nvrtcDestroyProgram(void** program) {
  FAKE_RELEASE(kRtc);
  return Destroy(*program, Kind::kProgram) ? entry.injected() : kInvalidProgram;
}

FAKE_EXPORT int nvrtcCompileProgram(void* program, int, const char* const*) {
  FAKE_CALL(kRtc);
  auto* compiled = Get<Program>(program);
  if (compiled == nullptr) return kInvalidProgram;
  compiled->compiled = true;
  return 0;
}

FAKE_EXPORT int nvrtcGetPTXSize(void* program, size_t* bytes) {
  FAKE_CALL(kRtc);
  const auto* compiled = Get<Program>(program);
  if (compiled == nullptr || !compiled->compiled) return kInvalidProgram;
  *bytes = Image().size() + 1;
  return 0;
}

FAKE_EXPORT int nvrtcGetPTX(void* program, char* text) {
  FAKE_CALL(kRtc);
  const auto* compiled = Get<Program>(program);
  return compiled != nullptr && compiled->compiled ? Give(Image(), text) : kInvalidProgram;
}

FAKE_EXPORT int nvrtcGetProgramLogSize(void* program, size_t* bytes) {
  FAKE_CALL(kRtc);
  if (Get<Program>(program) == nullptr) return kInvalidProgram;
  *bytes = 1;
  return 0;
}

FAKE_EXPORT int nvrtcGetProgramLog(void* program, char* text) {
  FAKE_CALL(kRtc);
  return Get<Program>(program) != nullptr ? Give("", text) : kInvalidProgram;
}

}  // extern "C"
