// The C ABI of the dense operations: checks arguments, then calls them. No exception leaves.
#include <algorithm>

#include "argument_check.h"
#include "blas.h"

#include "dense.h"
#include "dense_team.h"
#include "dispatch.h"
#include "fusedrnn/fusedrnn.h"
#include "gemm.h"
#include "gemm_work.h"
#include "memory.h"
#include "philox.h"
#include "product_table.h"
#include "status.h"

using namespace fusedrnn;

namespace {

void CheckActivation(int32_t activation) {
  if (activation < FR_ACT_SIGMOID || activation > FR_ACT_AFFINE) {
    Fail(FR_INVALID_ARGUMENT, "activation: %d (expected: %d to %d)", activation, FR_ACT_SIGMOID,
         FR_ACT_AFFINE);
  }
}

// The number of elements.
int64_t CheckMatrix(const char* name, int64_t rows, int64_t cols) {
  CheckCount(name, rows);
  CheckCount(name, cols);
  return CheckedMultiply(rows, cols);
}

// The table's height is not known here: negative ids are all that can be refused.
void CheckIds(const int32_t* ids, int64_t rows) {
  if (rows > 0) CheckAddress("ids", ids);
  for (int64_t r = 0; r < rows; ++r) {
    if (ids[r] < 0) {
      Fail(FR_INVALID_ARGUMENT, "ids[%lld]: %d (expected: >= 0)", static_cast<long long>(r),
           ids[r]);
    }
  }
}

bool ProductsByBlas() { return DefaultProducts(BestIsa()) == FR_PRODUCTS_OPENBLAS; }

// Each thread has work for a tenth of a millisecond at least: a barrier and waking a thread cost a
// twentieth of that.
int GemmTeamSize(const MatrixProduct& product) {
  constexpr double kSmallest = 1 << 23;  // multiply-adds
  const double all = static_cast<double>(product.m) * static_cast<double>(product.n) *
                     static_cast<double>(product.k);
  return DenseTeamSize(static_cast<int64_t>(std::min(all / kSmallest, 1e6)), 1);
}

void CheckLeading(const char* name, int64_t leading, int64_t least) {
  if (leading < least) {
    Fail(FR_INVALID_ARGUMENT, "%s: %lld (expected: >= %lld, the row's width)", name,
         static_cast<long long>(leading), static_cast<long long>(least));
  }
  if (ProductsByBlas()) CheckBlasLeading(name, leading);
}

template <class Body>
double SumOrNan(Body&& body) noexcept {
  double sum = __builtin_nan("");
  Guard([&] { sum = body(); });
  return sum;
}

}  // namespace

extern "C" {

int32_t fr_dense_threads(int32_t threads) {
  return Guard([&] { SetDenseThreads(threads); });
}

int32_t fr_gemm(int32_t trans_a, int32_t trans_b, int64_t m, int64_t n, int64_t k, float alpha,
                fr_address a, int64_t lda, fr_address b, int64_t ldb, float beta, fr_address c,
                int64_t ldc) {
  return Guard([&] {
    CheckCount("m", m);
    CheckCount("n", n);
    CheckCount("k", k);
    if (m == 0 || n == 0) return;
    MatrixProduct args{};
    args.trans_a = trans_a != 0;
    args.trans_b = trans_b != 0;
    args.m = m;
    args.n = n;
    args.k = k;
    args.alpha = alpha;
    args.a = RequiredFor("a", a, k);
    args.lda = lda;
    args.b = RequiredFor("b", b, k);
    args.ldb = ldb;
    args.beta = beta;
    args.c = Required("c", c);
    args.ldc = ldc;
    if (k > 0) {
      CheckLeading("lda", lda, args.trans_a ? m : k);
      CheckLeading("ldb", ldb, args.trans_b ? k : n);
    }
    CheckLeading("ldc", ldc, n);
    if (ProductsByBlas()) RequireBlas("gemm");
    DenseTeamLease lease(GemmTeamSize(args));
    if (ProductsByBlas()) {
      lease.Run([&](const Team& team) { BlasGemmBlocks(args, team); });
    } else {
      const int64_t each = LargestGemmWorkFloats(BestKernels());
      const GemmWorkLease work(each * lease.count());
      lease.Run([&](const Team& team) { Gemm(BestKernels(), args, {work.floats(), each}, team); });
    }
  });
}

int32_t fr_add_bias(fr_address y, fr_address bias, int64_t rows, int64_t cols) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    AddBias(RequiredFor("y", y, count), RequiredFor("bias", bias, count), rows, cols);
  });
}

int32_t fr_bias_gradient(fr_address dy, fr_address dbias, int64_t rows, int64_t cols) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    const float* values = RequiredFor("dy", dy, count);
    float* to = RequiredFor("dbias", dbias, cols);
    constexpr int64_t kSmallest = 1 << 15;
    ShareItems(cols, std::max<int64_t>(1, kSmallest / std::max<int64_t>(1, rows)),
               [&](int64_t begin, int64_t end) {
                 AddColumnSums(values, cols, rows, begin, end, to, nullptr);
               });
  });
}

int32_t fr_gather(fr_address table, const int32_t* ids, int64_t rows, int64_t cols, fr_address y) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    CheckIds(ids, rows);
    Gather(RequiredFor("table", table, count), ids, rows, cols, RequiredFor("y", y, count));
  });
}

int32_t fr_scatter(fr_address x, const int32_t* ids, int64_t rows, int64_t cols, fr_address table) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    CheckIds(ids, rows);
    Scatter(RequiredFor("x", x, count), ids, rows, cols, RequiredFor("table", table, count));
  });
}

int32_t fr_scatter_add(fr_address dy, const int32_t* ids, int64_t rows, int64_t cols,
                       fr_address dtable) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    CheckIds(ids, rows);
    ScatterAdd(RequiredFor("dy", dy, count), ids, rows, cols, RequiredFor("dtable", dtable, count));
  });
}

int32_t fr_softmax_cross_entropy(fr_address logits, const int32_t* labels, int32_t ignore,
                                 int64_t rows, int64_t classes, float scale, fr_address dlogits,
                                 double* loss) {
  return Guard([&] {
    CheckCount("rows", rows);
    if (classes < 1) {
      Fail(FR_INVALID_ARGUMENT, "classes: %lld (expected: >= 1)", static_cast<long long>(classes));
    }
    CheckAddress("loss", loss);
    if (rows > 0) CheckAddress("labels", labels);
    for (int64_t r = 0; r < rows; ++r) {
      if (labels[r] != ignore && (labels[r] < 0 || labels[r] >= classes)) {
        Fail(FR_INVALID_ARGUMENT, "labels[%lld]: %d (expected: 0 to %lld, or %d to ignore)",
             static_cast<long long>(r), labels[r], static_cast<long long>(classes - 1), ignore);
      }
    }
    SoftmaxCrossEntropy(RequiredFor("logits", logits, rows), labels, ignore, rows, classes, scale,
                        Optional(dlogits), loss);
  });
}

int32_t fr_softmax(fr_address x, int64_t rows, int64_t cols, fr_address y) {
  return Guard([&] {
    const int64_t count = CheckMatrix("rows, cols", rows, cols);
    if (count == 0) return;
    Softmax(Required("x", x), rows, cols, Required("y", y));
  });
}

int32_t fr_activate(int32_t activation, float alpha, float beta, fr_address x, fr_address y,
                    int64_t n) {
  return Guard([&] {
    CheckActivation(activation);
    CheckCount("n", n);
    ActivateAll(activation, alpha, beta, RequiredFor("x", x, n), RequiredFor("y", y, n), n);
  });
}

int32_t fr_activate_backward(int32_t activation, float alpha, float beta, fr_address x,
                             fr_address y, fr_address dy, fr_address dx, int64_t n) {
  return Guard([&] {
    CheckActivation(activation);
    CheckCount("n", n);
    ActivateAllBackward(activation, alpha, beta, RequiredFor("x", x, n), RequiredFor("y", y, n),
                        RequiredFor("dy", dy, n), RequiredFor("dx", dx, n), n);
  });
}

int32_t fr_dropout(fr_address x, fr_address y, int64_t t, int64_t n, int64_t units, float p,
                   int64_t seed, int64_t call, int32_t layer) {
  return Guard([&] {
    const int64_t rows = CheckMatrix("t, n", t, n);
    const int64_t count = CheckMatrix("t * n, units", rows, units);
    if (!(p >= 0 && p < 1)) {
      Fail(FR_INVALID_ARGUMENT, "p: %g (expected: 0 <= p < 1)", static_cast<double>(p));
    }
    const float* from = RequiredFor("x", x, count);
    float* to = RequiredFor("y", y, count);
    const DropoutMask mask(p, seed, call, layer);
    for (int64_t i = 0; i < rows; ++i) {
      mask.Apply(from + i * units, to + i * units, i / n, i % n, units);
    }
  });
}

double fr_sum(fr_address x, int64_t n) {
  return SumOrNan([&] {
    CheckCount("n", n);
    return Sum(RequiredFor("x", x, n), n);
  });
}

double fr_sum_of_squares(fr_address x, int64_t n) {
  return SumOrNan([&] {
    CheckCount("n", n);
    return SumOfSquares(RequiredFor("x", x, n), n);
  });
}

int32_t fr_scale(fr_address x, float factor, int64_t n) {
  return Guard([&] {
    CheckCount("n", n);
    Scale(RequiredFor("x", x, n), factor, n);
  });
}

int32_t fr_clamp(fr_address x, float low, float high, int64_t n) {
  return Guard([&] {
    CheckCount("n", n);
    if (!(low <= high)) {
      Fail(FR_INVALID_ARGUMENT, "low, high: %g, %g (expected: low <= high)",
           static_cast<double>(low), static_cast<double>(high));
    }
    Clamp(RequiredFor("x", x, n), low, high, n);
  });
}

int32_t fr_axpy(float a, fr_address x, fr_address y, int64_t n) {
  return Guard([&] {
    CheckCount("n", n);
    Axpy(a, RequiredFor("x", x, n), RequiredFor("y", y, n), n);
  });
}

double fr_squared_error(fr_address p, fr_address target, float scale, fr_address dp, int64_t n) {
  return SumOrNan([&] {
    CheckCount("n", n);
    return SquaredError(RequiredFor("p", p, n), RequiredFor("target", target, n), scale,
                        Optional(dp), n);
  });
}

double fr_sigmoid_cross_entropy(fr_address z, fr_address target, float scale, fr_address dz,
                                int64_t n) {
  return SumOrNan([&] {
    CheckCount("n", n);
    return SigmoidCrossEntropy(RequiredFor("z", z, n), RequiredFor("target", target, n), scale,
                               Optional(dz), n);
  });
}

int32_t fr_sgd(fr_address w, fr_address g, fr_address velocity, float rate, float momentum,
               float weight_decay, int32_t nesterov, int64_t n) {
  return Guard([&] {
    CheckCount("n", n);
    if (velocity == 0 && momentum != 0 && n > 0) {
      Fail(FR_INVALID_ARGUMENT, "momentum: %g (expected: 0 without velocity)",
           static_cast<double>(momentum));
    }
    SgdUpdate({rate, momentum, weight_decay, nesterov != 0}, RequiredFor("w", w, n),
              RequiredFor("g", g, n), Optional(velocity), n);
  });
}

int32_t fr_adam(fr_address w, fr_address g, fr_address m, fr_address v, float rate, float beta1,
                float beta2, float epsilon, float weight_decay, int32_t decoupled, int64_t step,
                int64_t n) {
  return Guard([&] {
    CheckCount("n", n);
    if (step < 1)
      Fail(FR_INVALID_ARGUMENT, "step: %lld (expected: >= 1)", static_cast<long long>(step));
    AdamUpdate({rate, beta1, beta2, epsilon, weight_decay, decoupled != 0, step},
               RequiredFor("w", w, n), RequiredFor("g", g, n), RequiredFor("m", m, n),
               RequiredFor("v", v, n), n);
  });
}

}  // extern "C"
