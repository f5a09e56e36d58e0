#include "blas.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "status.h"

namespace fusedrnn {
namespace {

// From cblas.h: enum values and an int32_t index type (the presets build without 64-bit indices).
constexpr int kRowMajor = 101, kNoTrans = 111, kTrans = 112;
using Sgemm = void (*)(int order, int trans_a, int trans_b, int32_t m, int32_t n, int32_t k,
                       float alpha, const float* a, int32_t lda, const float* b, int32_t ldb,
                       float beta, float* c, int32_t ldc);

// Blocks when OpenBLAS is ours and set to one thread: large enough for its packing to pay.
constexpr int64_t kOwnBlock = 512, kOwnDepth = 2048, kOwnSmallest = 64;
// Blocks when the application owns its threads. OpenBLAS runs products up to m*n*k = 262144 (its
// SMP_THRESHOLD_MIN 65536 times GEMM_MULTITHREAD_THRESHOLD 4) on the calling thread, whatever its
// setting: 64^3 is that.
constexpr int64_t kSharedBlock = 64;

struct Library {
  Sgemm sgemm;
  int (*get_threads)();
  char config[256];
  bool threads_owner;
};

std::mutex open_mutex;
Library library_storage;
std::atomic<const Library*> library{nullptr};

void* Symbol(void* handle, const char* name, const char* path) {
  void* symbol = dlsym(handle, name);
  if (symbol == nullptr) {
    dlclose(handle);
    Fail(FR_BLAS_UNAVAILABLE, "%s: no function %s (expected: an OpenBLAS library)", path, name);
  }
  return symbol;
}

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// At least four blocks where the size allows, so that several threads have something to share.
int64_t OwnBlockRows(int64_t m) {
  const int64_t quarter = DivideUp(DivideUp(m, 4), 16) * 16;
  return std::clamp(quarter, kOwnSmallest, kOwnBlock);
}

void CallSgemm(const Library& blas, const MatrixProduct& args) noexcept {
  blas.sgemm(kRowMajor, args.trans_a ? kTrans : kNoTrans, args.trans_b ? kTrans : kNoTrans,
             static_cast<int32_t>(args.m), static_cast<int32_t>(args.n),
             static_cast<int32_t>(args.k), args.alpha, args.a, static_cast<int32_t>(args.lda),
             args.b, static_cast<int32_t>(args.ldb), args.beta, args.c,
             static_cast<int32_t>(args.ldc));
}

}  // namespace

void OpenBlas(const char* path, bool threads_owner) {
  if (path == nullptr || *path == 0)
    Fail(FR_INVALID_ARGUMENT, "path: empty (expected: OpenBLAS's library file)");
  std::lock_guard<std::mutex> lock(open_mutex);
  if (library.load() != nullptr) return;
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    Fail(FR_BLAS_UNAVAILABLE, "%s: %s", path, reason == nullptr ? "cannot be opened" : reason);
  }
  Library& opened = library_storage;
  opened.sgemm = reinterpret_cast<Sgemm>(Symbol(handle, "cblas_sgemm", path));
  opened.get_threads =
      reinterpret_cast<int (*)()>(Symbol(handle, "openblas_get_num_threads", path));
  const auto set_threads =
      reinterpret_cast<void (*)(int)>(Symbol(handle, "openblas_set_num_threads", path));
  const auto config = reinterpret_cast<char* (*)()>(Symbol(handle, "openblas_get_config", path));
  const auto core = reinterpret_cast<char* (*)()>(Symbol(handle, "openblas_get_corename", path));
  std::snprintf(opened.config, sizeof opened.config, "%s; kernel %s", config(), core());
  opened.threads_owner = threads_owner;
  if (threads_owner) set_threads(1);
  library.store(&opened,
                std::memory_order_release);  // never closed: its threads could not be joined
}

bool BlasIsOpen() noexcept { return library.load(std::memory_order_acquire) != nullptr; }

void RequireBlas(const char* what) {
  if (!BlasIsOpen())
    Fail(FR_BLAS_UNAVAILABLE, "%s needs OpenBLAS (expected: fr_blas_open before)", what);
}

bool BlasLoadedBefore(const char* soname) noexcept {
  if (soname == nullptr) return false;
  void* handle = dlopen(soname, RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return false;
  dlclose(handle);
  return true;
}

const char* BlasConfig() noexcept {
  const Library* blas = library.load(std::memory_order_acquire);
  return blas == nullptr ? "" : blas->config;
}

int32_t BlasThreads() noexcept {
  const Library* blas = library.load(std::memory_order_acquire);
  return blas == nullptr ? -1 : blas->get_threads();
}

void CheckBlasLeading(const char* name, int64_t leading) {
  if (leading > INT32_MAX) {
    Fail(FR_UNSUPPORTED, "%s: %lld (expected: at most %d, OpenBLAS's limit)", name,
         static_cast<long long>(leading), INT32_MAX);
  }
}

void BlasGemm(const MatrixProduct& args) noexcept {
  if (args.m <= 0 || args.n <= 0) return;
  if (args.k <= 0) return ScaleOnly(args);
  CallSgemm(*library.load(std::memory_order_acquire), args);
}

void BlasGemmBlocks(const MatrixProduct& args, const Team& team) noexcept {
  if (args.m <= 0 || args.n <= 0) return;
  if (args.k <= 0) {
    if (team.index == 0) ScaleOnly(args);
    return;
  }
  const Library& blas = *library.load(std::memory_order_acquire);
  const int64_t rows = blas.threads_owner ? OwnBlockRows(args.m) : kSharedBlock;
  const int64_t columns = blas.threads_owner ? kOwnBlock : kSharedBlock;
  const int64_t depth = blas.threads_owner ? kOwnDepth : kSharedBlock;
  const int64_t across = DivideUp(args.n, columns);
  const int64_t blocks = DivideUp(args.m, rows) * across;
  for (int64_t block = team.index; block < blocks; block += team.count) {
    const int64_t i = block / across * rows, j = block % across * columns;
    MatrixProduct part = args;
    part.m = std::min(rows, args.m - i);
    part.n = std::min(columns, args.n - j);
    part.c = args.c + i * args.ldc + j;
    for (int64_t k = 0; k < args.k; k += depth) {
      part.k = std::min(depth, args.k - k);
      part.a = args.trans_a ? args.a + k * args.lda + i : args.a + i * args.lda + k;
      part.b = args.trans_b ? args.b + j * args.ldb + k : args.b + k * args.ldb + j;
      part.beta = k == 0 ? args.beta : 1.0f;
      CallSgemm(blas, part);
    }
  }
}

}  // namespace fusedrnn
