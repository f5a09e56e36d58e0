// What the stand-in remembers of its callers: calls in order, objects that live, breaches of
// contract, and which call is to fail.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace fakecuda {

enum class Library { kDriver, kRuntime, kBlas, kDnn, kRtc };

enum class Kind {
  kDeviceMemory,
  kPinnedMemory,
  kStream,
  kEvent,
  kGraph,
  kGraphExec,
  kModule,
  kBlasHandle,
  kDnnHandle,
  kTensorDescriptor,
  kDropoutDescriptor,
  kRnnDescriptor,
  kRnnDataDescriptor,
  kProgram,
  kCount
};

const char* KindName(Kind kind);

// Taken by every exported function for its whole length; the stand-in has one lock.
std::recursive_mutex& Lock();

// A call made of the stand-in by the tested code. It locks, counts the call and decides whether it
// is one that has to fail.
class Entry {
 public:
  Entry(const char* function, Library library);

  // What the call must answer when it was chosen to fail; 0 when it was not. Calls that free do
  // their work nevertheless: a real library answers them with the error of earlier work, too.
  int injected() const { return injected_; }

 private:
  std::lock_guard<std::recursive_mutex> guard_;
  int injected_;
};

// The n-th call from now (1 = the next) fails with a code; code 0 takes one that fits the library.
// n = 0: none fails.
void FailCall(int64_t n, int code);
int64_t CallCount();
std::string CallName(int64_t index);
// Name of the call that was failed last, empty when none was since FailCall.
std::string FailedCall();

// A breach of contract by the caller that a real library would answer with wrong numbers, a crash,
// or not at all.
[[gnu::format(printf, 1, 2)]] void Breach(const char* format, ...);
std::string Breaches();
void ForgetBreaches();

// Error of the last CUDA runtime call of this thread.
int& LastCudaError();
// What cudnnGetLastErrorString tells this thread.
std::string& LastDnnError();

}  // namespace fakecuda
