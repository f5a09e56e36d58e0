// The functions of cuBLAS that the backend calls.
#include <algorithm>
#include <cstdint>

#include "device.h"
#include "exports.h"
#include "stream.h"

using namespace fakecuda;  // NOLINT: the file is nothing but exported functions

namespace {

constexpr int kBlasNotInitialized = 1;
constexpr int kBlasInvalidValue = 7;

struct BlasHandle : Object {
  static constexpr Kind kKind = Kind::kBlasHandle;
  BlasHandle() : Object(kKind) {}

  void* stream = nullptr;
  int math = 0;
};

struct Matrix {
  const float* values;
  bool transposed;
  int64_t ld;

  // Column-major.
  double at(int64_t row, int64_t col) const {
    return transposed ? values[col + row * ld] : values[row + col * ld];
  }
};

const void* Columns(const void* device, int64_t rows, int64_t cols, int64_t ld, const char* what) {
  const auto floats = static_cast<size_t>((cols - 1) * ld + rows);
  return Shadow(device, floats * sizeof(float), what);
}

int Sgemm(void* handle, int transa, int transb, int64_t m, int64_t n, int64_t k, const float* alpha,
          const float* a, int64_t lda, const float* b, int64_t ldb, const float* beta, float* c,
          int64_t ldc) {
  const auto* blas = Get<BlasHandle>(handle);
  if (blas == nullptr) return kBlasNotInitialized;
  const int64_t rows_a = transa == 0 ? m : k;
  const int64_t rows_b = transb == 0 ? k : n;
  if (m < 0 || n < 0 || k < 0 || lda < std::max<int64_t>(1, rows_a) ||
      ldb < std::max<int64_t>(1, rows_b) || ldc < std::max<int64_t>(1, m)) {
    return kBlasInvalidValue;
  }
  if (m == 0 || n == 0) return 0;
  const double scale = *alpha;
  const double keep = *beta;
  return Enqueue(ResolveStream(blas->stream),
                 [=] {
                   const void* in_a =
                       k == 0 ? c : Columns(a, rows_a, transa == 0 ? k : m, lda, "A of a product");
                   const void* in_b =
                       k == 0 ? c : Columns(b, rows_b, transb == 0 ? n : k, ldb, "B of a product");
                   auto* out = static_cast<float*>(
                       const_cast<void*>(Columns(c, m, n, ldc, "C of a product")));
                   if (in_a == nullptr || in_b == nullptr || out == nullptr) return;
                   const Matrix left{static_cast<const float*>(in_a), transa != 0, lda};
                   const Matrix right{static_cast<const float*>(in_b), transb != 0, ldb};
                   for (int64_t col = 0; col < n; ++col) {
                     for (int64_t row = 0; row < m; ++row) {
                       double sum = 0;
                       for (int64_t i = 0; i < k; ++i) sum += left.at(row, i) * right.at(i, col);
                       float& cell = out[row + col * ldc];
                       // beta = 0 does not read C, which may hold anything.
                       cell = static_cast<float>(scale * sum + (keep == 0 ? 0 : keep * cell));
                     }
                   }
                 }) == 0
             ? 0
             : kBlasInvalidValue;
}

}  // namespace

extern "C" {

FAKE_EXPORT int cublasCreate_v2(void** handle) {
  FAKE_BLAS_CALL();
  if (CaptureForbids()) return kBlasNotInitialized;
  *handle = Create<BlasHandle>();
  return 0;
}

FAKE_EXPORT int cublasDestroy_v2(void* handle) {
  FAKE_RELEASE(kBlas);
  return Destroy(handle, Kind::kBlasHandle) ? entry.injected() : kBlasNotInitialized;
}

FAKE_EXPORT int cublasSetStream_v2(void* handle, void* stream) {
  FAKE_BLAS_CALL();
  auto* blas = Get<BlasHandle>(handle);
  if (blas == nullptr || ResolveStream(stream) == nullptr) return kBlasNotInitialized;
  blas->stream = stream;
  return 0;
}

FAKE_EXPORT int cublasSetMathMode(void* handle, int mode) {
  FAKE_BLAS_CALL();
  auto* blas = Get<BlasHandle>(handle);
  if (blas == nullptr) return kBlasNotInitialized;
  blas->math = mode;
  return 0;
}

FAKE_EXPORT int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
  FAKE_BLAS_CALL();
  if (Get<BlasHandle>(handle) == nullptr) return kBlasNotInitialized;
  if (bytes > 0 && Shadow(workspace, bytes, "workspace of cuBLAS") == nullptr)
    return kBlasInvalidValue;
  return 0;
}

FAKE_EXPORT int cublasGetVersion_v2(void* handle, int* version) {
  FAKE_BLAS_CALL();
  if (Get<BlasHandle>(handle) == nullptr) return kBlasNotInitialized;
  *version = 130100;
  return 0;
}

FAKE_EXPORT const char* cublasGetStatusString(int status) {
  switch (status) {
    case 0:
      return "success";
    case kBlasNotInitialized:
      return "the library was not initialized";
    case kBlasInvalidValue:
      return "an unsupported value or parameter was passed to the function";
    case 13:
      return "the function failed to launch on the GPU";
    default:
      return "unknown cublas status";
  }
}

FAKE_EXPORT const char* cublasGetStatusName(int status) {
  switch (status) {
    case 0:
      return "CUBLAS_STATUS_SUCCESS";
    case kBlasNotInitialized:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case kBlasInvalidValue:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case 13:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    default:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
  }
}

FAKE_EXPORT int cublasSgemm_v2(void* handle, int transa, int transb, int m, int n, int k,
                               const float* alpha, const float* a, int lda, const float* b, int ldb,
                               const float* beta, float* c, int ldc) {
  FAKE_BLAS_CALL();
  return Sgemm(handle, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

FAKE_EXPORT int cublasSgemm_v2_64(void* handle, int transa, int transb, int64_t m, int64_t n,
                                  int64_t k, const float* alpha, const float* a, int64_t lda,
                                  const float* b, int64_t ldb, const float* beta, float* c,
                                  int64_t ldc) {
  FAKE_BLAS_CALL();
  return Sgemm(handle, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

FAKE_EXPORT int cublasSaxpy_v2(void* handle, int n, const float* alpha, const float* x, int step_x,
                               float* y, int step_y) {
  FAKE_BLAS_CALL();
  const auto* blas = Get<BlasHandle>(handle);
  if (blas == nullptr) return kBlasNotInitialized;
  if (step_x < 1 || step_y < 1) return kBlasInvalidValue;  // The stand-in walks forward only.
  if (n <= 0) return 0;
  const float scale = *alpha;
  return Enqueue(ResolveStream(blas->stream),
                 [=] {
                   const auto count = static_cast<size_t>(n);
                   const auto* from = static_cast<const float*>(
                       Shadow(x, ((count - 1) * static_cast<size_t>(step_x) + 1) * sizeof(float),
                              "x of a sum"));
                   auto* to = static_cast<float*>(
                       Shadow(y, ((count - 1) * static_cast<size_t>(step_y) + 1) * sizeof(float),
                              "y of a sum"));
                   for (size_t i = 0; from != nullptr && to != nullptr && i < count; ++i) {
                     to[i * static_cast<size_t>(step_y)] +=
                         scale * from[i * static_cast<size_t>(step_x)];
                   }
                 }) == 0
             ? 0
             : kBlasInvalidValue;
}

}  // extern "C"
