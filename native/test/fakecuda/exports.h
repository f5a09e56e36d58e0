// How an exported function begins.
#pragma once

#include "ledger.h"
#include "runtime_codes.h"

#define FAKE_EXPORT __attribute__((visibility("default")))

// A call that fails before it does anything when it has to fail.
#define FAKE_CALL(library)                                     \
  fakecuda::Entry entry(__func__, fakecuda::Library::library); \
  if (entry.injected() != 0) return entry.injected()
#define FAKE_CUDA_CALL() FAKE_CALL(kRuntime)
#define FAKE_DRIVER_CALL() FAKE_CALL(kDriver)
#define FAKE_BLAS_CALL() FAKE_CALL(kBlas)
#define FAKE_DNN_CALL() FAKE_CALL(kDnn)

// A call that gives something back: it does so even when it has to fail, and answers
// entry.injected() in the end.
#define FAKE_RELEASE(library) fakecuda::Entry entry(__func__, fakecuda::Library::library)
#define FAKE_CUDA_RELEASE() FAKE_RELEASE(kRuntime)
