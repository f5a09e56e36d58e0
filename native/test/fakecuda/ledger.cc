#include "ledger.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace fakecuda {
namespace {

constexpr int kLaunchOutOfResources = 701;
constexpr int kBlasExecutionFailed = 13;
constexpr int kDnnExecutionFailed = 5000;
constexpr int kRtcInternalError = 11;
// Enough to see a pattern; a loop that breaks the contract would fill the memory otherwise.
constexpr size_t kMostBreaches = 40;
// The last so many calls have names: a whole suite makes millions in one process.
constexpr int64_t kMostNames = int64_t{1} << 16;

struct State {
  std::recursive_mutex lock;
  std::vector<const char*> names = std::vector<const char*>(kMostNames, "");
  int64_t calls = 0;
  int64_t fail_at = 0;
  int fail_code = 0;
  std::string failed;
  std::vector<std::string> breaches;
  size_t more_breaches = 0;

  State() {
    // For processes that no test reaches otherwise: FAKECUDA_FAIL=<n>[:<code>].
    if (const char* spec = std::getenv("FAKECUDA_FAIL")) {
      char* end = nullptr;
      fail_at = std::strtoll(spec, &end, 10);
      if (*end == ':') fail_code = std::atoi(end + 1);
    }
  }
};

State& TheState() {
  static State* state = new State;  // Never destroyed: the JVM's threads may call to the very end.
  return *state;
}

const char*& NameOf(int64_t call) {
  return TheState().names[static_cast<size_t>(call % kMostNames)];
}

int DefaultCode(Library library) {
  switch (library) {
    case Library::kBlas:
      return kBlasExecutionFailed;
    case Library::kDnn:
      return kDnnExecutionFailed;
    case Library::kRtc:
      return kRtcInternalError;
    default:
      return kLaunchOutOfResources;
  }
}

}  // namespace

const char* KindName(Kind kind) {
  static constexpr std::array<const char*, static_cast<size_t>(Kind::kCount)> kNames = {
      "device memory",
      "pinned memory",
      "stream",
      "event",
      "graph",
      "executable graph",
      "module",
      "cuBLAS handle",
      "cuDNN handle",
      "tensor descriptor",
      "dropout descriptor",
      "RNN descriptor",
      "RNN data descriptor",
      "program"};
  return kNames[static_cast<size_t>(kind)];
}

std::recursive_mutex& Lock() { return TheState().lock; }

Entry::Entry(const char* function, Library library) : guard_(Lock()), injected_(0) {
  State& state = TheState();
  NameOf(++state.calls) = function;
  if (state.calls != state.fail_at) return;
  injected_ = state.fail_code != 0 ? state.fail_code : DefaultCode(library);
  state.failed = function;
  if (library == Library::kRuntime) LastCudaError() = injected_;
  if (library == Library::kDnn) LastDnnError() = "the stand-in was told to fail this call";
}

void FailCall(int64_t n, int code) {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  State& state = TheState();
  state.fail_at = n > 0 ? state.calls + n : 0;
  state.fail_code = code;
  state.failed.clear();
}

int64_t CallCount() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  return TheState().calls;
}

std::string CallName(int64_t index) {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  const int64_t calls = TheState().calls;
  return index >= 1 && index <= calls && index > calls - kMostNames ? NameOf(index) : "";
}

std::string FailedCall() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  return TheState().failed;
}

void Breach(const char* format, ...) {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  State& state = TheState();
  std::array<char, 500> text;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text.data(), text.size(), format, arguments);
  va_end(arguments);
  if (state.breaches.size() >= kMostBreaches) {
    ++state.more_breaches;
    return;
  }
  std::string breach = text.data();
  if (state.calls > 0) breach += std::string(" (in or after ") + NameOf(state.calls) + ")";
  state.breaches.push_back(breach);
}

std::string Breaches() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  const State& state = TheState();
  std::string all;
  for (const std::string& breach : state.breaches) all += breach + "\n";
  if (state.more_breaches > 0) all += "and " + std::to_string(state.more_breaches) + " more\n";
  return all;
}

void ForgetBreaches() {
  std::lock_guard<std::recursive_mutex> guard(Lock());
  TheState().breaches.clear();
  TheState().more_breaches = 0;
}

int& LastCudaError() {
  static thread_local int error = 0;
  return error;
}

std::string& LastDnnError() {
  static thread_local std::string error;
  return error;
}

}  // namespace fakecuda
